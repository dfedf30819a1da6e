"""Is this input well formed? Shape, not policy."""

from results.forms.adjustments import AdjustmentForm as AdjustmentForm
from results.forms.adjustments import DecisionForm as DecisionForm
from results.forms.adjustments import StatementForm as StatementForm
from results.forms.adjustments import VetoDecisionForm as VetoDecisionForm
from results.forms.adjustments import VetoForm as VetoForm
from results.forms.adjustments import WhatIfForm as WhatIfForm
from results.forms.lists import LockForm as LockForm
from results.forms.lists import TieForm as TieForm
from results.forms.naming import NameForm as NameForm
from results.forms.naming import RecommendForm as RecommendForm
from results.forms.notices import NewNoticeForm as NewNoticeForm
from results.forms.notices import NoticeForm as NoticeForm
from results.forms.notices import PublishForm as PublishForm
from results.forms.objections import AnswerForm as AnswerForm
from results.forms.objections import ObjectionForm as ObjectionForm
from results.forms.objections import TrackForm as TrackForm
from results.forms.papers import PaperNumberForm as PaperNumberForm
from results.forms.papers import PaperTextForm as PaperTextForm
from results.forms.plain import PlainForm as PlainForm
from results.forms.plain import ReasonForm as ReasonForm
from results.forms.plain import text_area as text_area
