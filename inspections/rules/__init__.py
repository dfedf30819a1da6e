"""What stands in the way, and what is left to do: on paper (desk), in guidance, in the plan of visits (planning), on site (visits), in the
group's talk (talk), under the record (signing), with phones (phone).
"""

from inspections.rules.desk import Stale as Stale
from inspections.rules.desk import agree_problems as agree_problems
from inspections.rules.desk import desk_problems as desk_problems
from inspections.rules.desk import desk_score_problems as desk_score_problems
from inspections.rules.desk import desk_start_problems as desk_start_problems
from inspections.rules.desk import desk_todos as desk_todos
from inspections.rules.desk import finish_problems as finish_problems
from inspections.rules.desk import is_scored as is_scored
from inspections.rules.guidance import guidance_problems as guidance_problems
from inspections.rules.guidance import guidance_todos as guidance_todos
from inspections.rules.phone import quarantine_todos as quarantine_todos
from inspections.rules.planning import planning_todos as planning_todos
from inspections.rules.scores import is_gap as is_gap
from inspections.rules.scores import scores_for_ranking as scores_for_ranking
from inspections.rules.signing import Signer as Signer
from inspections.rules.signing import is_tampered as is_tampered
from inspections.rules.signing import visit_signatures as visit_signatures
from inspections.rules.visits import OVERRIDE_HEADINGS as OVERRIDE_HEADINGS
from inspections.rules.visits import awaiting_visit as awaiting_visit
from inspections.rules.visits import conflicts as conflicts
from inspections.rules.visits import locked_site_scores as locked_site_scores
from inspections.rules.visits import override_rows as override_rows
from inspections.rules.visits import visit_todos as visit_todos


def todos(user, campaign, at):
    """What is left to do in review, guidance and inspection for this person."""
    return [
        *desk_todos(user, campaign, at), *guidance_todos(user, campaign, at), *planning_todos(user, campaign, at), *visit_todos(user, campaign, at),
        *quarantine_todos(user, campaign),
    ]
