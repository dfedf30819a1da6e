"""What came of it: lists within the places, the public notice, objections, naming and recommendation."""

from results.models.adjustments import Adjustment as Adjustment
from results.models.adjustments import AdjustmentQuerySet as AdjustmentQuerySet
from results.models.adjustments import Veto as Veto
from results.models.adjustments import VetoQuerySet as VetoQuerySet
from results.models.lists import FrozenRanking as FrozenRanking
from results.models.lists import Place as Place
from results.models.lists import SelectionList as SelectionList
from results.models.lists import TieDecision as TieDecision
from results.models.naming import Naming as Naming
from results.models.naming import Recommendation as Recommendation
from results.models.notices import NoticeEntry as NoticeEntry
from results.models.notices import PublicNotice as PublicNotice
from results.models.notices import PublicNoticeQuerySet as PublicNoticeQuerySet
from results.models.objections import Objection as Objection
from results.models.objections import ObjectionQuerySet as ObjectionQuerySet
from results.models.papers import PaperKind as PaperKind
from results.models.papers import PaperNumber as PaperNumber
from results.models.papers import PaperText as PaperText
