"""What a unit claims: one application a year, its answers per item, the evidence, and every version that was submitted."""

from applications.models.application import Application as Application
from applications.models.application import ApplicationQuerySet as ApplicationQuerySet
from applications.models.application import ItemResponse as ItemResponse
from applications.models.application import ItemResponseQuerySet as ItemResponseQuerySet
from applications.models.evidence import Blob as Blob
from applications.models.evidence import Evidence as Evidence
from applications.models.evidence import EvidenceQuerySet as EvidenceQuerySet
from applications.models.findings import SensitiveFinding as SensitiveFinding
from applications.models.findings import SensitiveFindingQuerySet as SensitiveFindingQuerySet
from applications.models.links import LinkCheck as LinkCheck
from applications.models.links import LinkCheckQuerySet as LinkCheckQuerySet
from applications.models.links import LinkSnapshot as LinkSnapshot
from applications.models.links import latest_checks as latest_checks
from applications.models.pairs import InterpretationPair as InterpretationPair
from applications.models.sending import Reminder as Reminder
from applications.models.sending import Return as Return
from applications.models.sending import ReturnedItem as ReturnedItem
from applications.models.sending import ReturnQuerySet as ReturnQuerySet
from applications.models.sending import Submission as Submission
from applications.models.uploading import Upload as Upload
from applications.models.uploading import UploadPiece as UploadPiece
from applications.models.uploading import UploadQuerySet as UploadQuerySet
