"""A campaign file: read safely, and refused with every finding at once or handed on as it stands.

Three looks, each adding to the same list: how it is written (YAML), whether it has the shape, whether it agrees with itself.
"""

from campaigns.campaign_file.agreement import CODE as CODE
from campaigns.campaign_file.agreement import DEFAULT_OPENS as DEFAULT_OPENS
from campaigns.campaign_file.agreement import DEFAULT_TIMEZONE as DEFAULT_TIMEZONE
from campaigns.campaign_file.agreement import LARGEST as LARGEST
from campaigns.campaign_file.agreement import STEP as STEP
from campaigns.campaign_file.agreement import UNSEEN as UNSEEN
from campaigns.campaign_file.agreement import applied_tracks as applied_tracks
from campaigns.campaign_file.agreement import bounds as bounds
from campaigns.campaign_file.agreement import merged_legend as merged_legend
from campaigns.campaign_file.agreement import plain as plain
from campaigns.campaign_file.agreement import read as read
from campaigns.campaign_file.agreement import write as write
