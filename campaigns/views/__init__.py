"""What the browser sees of a campaign. The portal's own pages for preparing one begin as these do."""

from campaigns.views._common import changed_or_403 as changed_or_403
from campaigns.views._common import form_page as form_page
from campaigns.views._common import seen_or_404 as seen_or_404
