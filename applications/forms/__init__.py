"""Is this input well formed? What may be saved or sent is for rules to say."""

from applications.forms.answers import AnswerForm as AnswerForm
from applications.forms.answers import SubmitForm as SubmitForm
from applications.forms.answers import VersionForm as VersionForm
from applications.forms.answers import helper as helper
from applications.forms.evidence import FileForm as FileForm
from applications.forms.evidence import LinkForm as LinkForm
from applications.forms.evidence import ManyFilesField as ManyFilesField
from applications.forms.evidence import ManyFilesInput as ManyFilesInput
from applications.forms.offline import OfflineForm as OfflineForm
from applications.forms.papers import FormTemplateForm as FormTemplateForm
from applications.forms.papers import SignedFormForm as SignedFormForm
from applications.forms.review import DueForm as DueForm
from applications.forms.review import ListFilter as ListFilter
from applications.forms.review import OrderForm as OrderForm
from applications.forms.review import RemarksForm as RemarksForm
