from . import (
    account,
    contact,
    core,
    credit,
    demo,
    health,
    tier,
    claim,
    followup,
)
