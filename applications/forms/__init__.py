"""Is this input well formed? What may be saved or sent is for rules to say."""

from applications.forms.answers import AnswerForm as AnswerForm
from applications.forms.answers import FieldForm as FieldForm
from applications.forms.answers import SubmitForm as SubmitForm
from applications.forms.answers import VersionForm as VersionForm
from applications.forms.answers import helper as helper
from applications.forms.evidence import FileForm as FileForm
from applications.forms.evidence import ManyFilesField as ManyFilesField
from applications.forms.evidence import ManyFilesInput as ManyFilesInput
from applications.forms.evidence import ReuseForm as ReuseForm
from applications.forms.evidence import UploadForm as UploadForm
from applications.forms.likeness import DismissForm as DismissForm
from applications.forms.links import LinkForm as LinkForm
from applications.forms.offline import OfflineForm as OfflineForm
from applications.forms.pairs import PairForm as PairForm
from applications.forms.pairs import PasteForm as PasteForm
from applications.forms.papers import FormTemplateForm as FormTemplateForm
from applications.forms.papers import SignedFormForm as SignedFormForm
from applications.forms.plans import PlanDates as PlanDates
from applications.forms.plans import PlanFilter as PlanFilter
from applications.forms.plans import PlanForm as PlanForm
from applications.forms.plans import plan_date_rows as plan_date_rows
from applications.forms.review import DueForm as DueForm
from applications.forms.review import ListFilter as ListFilter
from applications.forms.review import OrderForm as OrderForm
from applications.forms.review import RemarksForm as RemarksForm
from applications.forms.sharing import AssignForm as AssignForm
