# Odoo's loader takes the modules in here whose names begin with test_.
from .core import *
from .account import *
from .tier import *
from .health import *
from .credit import *
from .followup import *
from .claim import *
from .contact import *
from .demo import *
