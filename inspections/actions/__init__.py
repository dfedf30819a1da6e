"""What happens: scoring on paper (desk), guidance, inspection on site (visits)."""

from inspections.actions.desk import agree_desk_score as agree_desk_score
from inspections.actions.desk import finish_desk_review as finish_desk_review
from inspections.actions.desk import record_desk_score as record_desk_score
from inspections.actions.desk import start_desk_review as start_desk_review
from inspections.actions.guidance import add_guidance_note as add_guidance_note
from inspections.actions.guidance import answer_rectification as answer_rectification
from inspections.actions.guidance import close_rectification as close_rectification
from inspections.actions.guidance import read_guidance as read_guidance
from inspections.actions.guidance import require_rectification as require_rectification
from inspections.actions.guidance import send_back_rectification as send_back_rectification
from inspections.actions.visits import add_photo as add_photo
from inspections.actions.visits import agree_site_score as agree_site_score
from inspections.actions.visits import cancel_visit as cancel_visit
from inspections.actions.visits import change_visit as change_visit
from inspections.actions.visits import declare_conflict as declare_conflict
from inspections.actions.visits import lock_visit as lock_visit
from inspections.actions.visits import make_group as make_group
from inspections.actions.visits import override_conflict as override_conflict
from inspections.actions.visits import plan_visit as plan_visit
from inspections.actions.visits import record_site_score as record_site_score
from inspections.actions.visits import remove_photo as remove_photo
from inspections.actions.visits import set_members as set_members
from inspections.actions.visits import sign_visit as sign_visit
from inspections.actions.visits import unlock_visit as unlock_visit
