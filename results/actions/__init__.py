"""What happens: lists within the places, public notices, objections, naming. Each verb asks the rules again under its lock."""

from results.actions.lists import choose as choose
from results.actions.lists import confirm_list as confirm_list
from results.actions.lists import free_place as free_place
from results.actions.lists import frozen_row as frozen_row
from results.actions.lists import frozen_rule as frozen_rule
from results.actions.lists import lock_list as lock_list
from results.actions.lists import record_tie_decision as record_tie_decision
from results.actions.lists import reopen_list as reopen_list
from results.actions.lists import unchoose as unchoose
from results.actions.locking import locked as locked
from results.actions.locking import refuse_if as refuse_if
from results.actions.naming import name_units as name_units
from results.actions.naming import recommend_naming as recommend_naming
from results.actions.notices import change_notice as change_notice
from results.actions.notices import create_notice as create_notice
from results.actions.notices import publish_notice as publish_notice
from results.actions.notices import tell_end_of_notice as tell_end_of_notice
from results.actions.notices import withdraw_notice as withdraw_notice
from results.actions.objections import answer_objection as answer_objection
from results.actions.objections import examine_objection as examine_objection
from results.actions.objections import file_objection as file_objection
from results.actions.objections import read_objection as read_objection
from results.actions.objections import tracking_code as tracking_code
