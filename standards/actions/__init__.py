"""What happens to a standard. The only writers of its rows; each verb asks the rules again, told who and when."""

from standards.actions.annexes import apply_annex as apply_annex
from standards.actions.annexes import correct_annex as correct_annex
from standards.actions.annexes import take_annex as take_annex
from standards.actions.drafting import Overtaken as Overtaken
from standards.actions.drafting import add_category as add_category
from standards.actions.drafting import add_item as add_item
from standards.actions.drafting import discard_draft as discard_draft
from standards.actions.drafting import draft_from_file as draft_from_file
from standards.actions.drafting import move as move
from standards.actions.drafting import publish as publish
from standards.actions.drafting import remove as remove
from standards.actions.drafting import save_category as save_category
from standards.actions.drafting import save_facts as save_facts
from standards.actions.drafting import save_item as save_item
from standards.actions.drafting import save_points as save_points
from standards.actions.drafting import start_draft as start_draft
from standards.actions.loading import by_code as by_code
from standards.actions.loading import load_standard as load_standard
from standards.actions.loading import lock_standard as lock_standard
from standards.actions.loading import remember as remember
from standards.actions.loading import wanted_item as wanted_item
from standards.actions.loading import wanted_standard as wanted_standard
from standards.actions.loading import write_categories as write_categories
from standards.contents import present_standard as present_standard
