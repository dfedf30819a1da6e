"""What happens to a campaign: it is loaded, its settings and dates change, a unit gets an extension, a county sets its own end."""

from campaigns.actions._common import free_key as free_key
from campaigns.actions._common import hold as hold
from campaigns.actions.calendar import change_day as change_day
from campaigns.actions.calendar import import_days as import_days
from campaigns.actions.calendar import remove_day as remove_day
from campaigns.actions.calendar import seed_calendar as seed_calendar
from campaigns.actions.drafts import delete_draft as delete_draft
from campaigns.actions.drafts import publish_campaign as publish_campaign
from campaigns.actions.drafts import shift_dates as shift_dates
from campaigns.actions.ends import clear_cutoff as clear_cutoff
from campaigns.actions.ends import grant_extension as grant_extension
from campaigns.actions.ends import set_cutoff as set_cutoff
from campaigns.actions.loading import load_campaign as load_campaign
from campaigns.actions.loading import remember as remember
from campaigns.actions.phases import add_phase as add_phase
from campaigns.actions.phases import change_phase as change_phase
from campaigns.actions.phases import remove_phase as remove_phase
from campaigns.actions.settings import change_settings as change_settings
from campaigns.actions.tracks import change_track as change_track
from campaigns.actions.tracks import remove_minimum as remove_minimum
from campaigns.actions.tracks import remove_track as remove_track
from campaigns.actions.tracks import save_minimum as save_minimum
