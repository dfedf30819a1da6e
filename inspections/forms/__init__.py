"""Is this input well formed? By capability."""

from inspections.forms.desk import AgreeDeskForm as AgreeDeskForm
from inspections.forms.desk import CollectReturnForm as CollectReturnForm
from inspections.forms.desk import DeclineForm as DeclineForm
from inspections.forms.desk import DeskScoreForm as DeskScoreForm
from inspections.forms.desk import RefuseExemptionForm as RefuseExemptionForm
from inspections.forms.desk import SendReturnForm as SendReturnForm
from inspections.forms.guidance import AnswerRectificationForm as AnswerRectificationForm
from inspections.forms.guidance import GuidanceNoteForm as GuidanceNoteForm
from inspections.forms.guidance import RequireRectificationForm as RequireRectificationForm
from inspections.forms.guidance import SettleRectificationForm as SettleRectificationForm
from inspections.forms.phone import DecideQuarantineForm as DecideQuarantineForm
from inspections.forms.phone import ImportPackageForm as ImportPackageForm
from inspections.forms.phone import SentPhotoForm as SentPhotoForm
from inspections.forms.phone import SentRecordForm as SentRecordForm
from inspections.forms.phone import said as said
from inspections.forms.visits import AgreeSiteForm as AgreeSiteForm
from inspections.forms.visits import DeclareConflictForm as DeclareConflictForm
from inspections.forms.visits import GroupForm as GroupForm
from inspections.forms.visits import OverrideForm as OverrideForm
from inspections.forms.visits import OverridesForm as OverridesForm
from inspections.forms.visits import PhotosForm as PhotosForm
from inspections.forms.visits import PlanVisitForm as PlanVisitForm
from inspections.forms.visits import RecordForm as RecordForm
from inspections.forms.visits import SignForm as SignForm
from inspections.forms.visits import UnlockForm as UnlockForm
