"""What a unit claims: one application a year, its answers per item, the evidence, and every version that was submitted."""

from applications.models.application import Application as Application
from applications.models.application import ApplicationQuerySet as ApplicationQuerySet
from applications.models.application import ItemResponse as ItemResponse
from applications.models.application import ItemResponseQuerySet as ItemResponseQuerySet
from applications.models.evidence import Blob as Blob
from applications.models.evidence import Evidence as Evidence
from applications.models.evidence import EvidenceQuerySet as EvidenceQuerySet
from applications.models.offline import OfflineUpload as OfflineUpload
from applications.models.papers import FormTemplate as FormTemplate
from applications.models.papers import SignedForm as SignedForm
from applications.models.sending import Reminder as Reminder
from applications.models.sending import Return as Return
from applications.models.sending import ReturnedItem as ReturnedItem
from applications.models.sending import ReturnQuerySet as ReturnQuerySet
from applications.models.sending import Submission as Submission
