from . import (
    account,
    contact,
    core,
    credit,
    health,
    tier,
    claim,
    followup,
)
