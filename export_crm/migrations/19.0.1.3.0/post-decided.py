def migrate(cr, _version):
    """Say what decided evidence was when it was decided about.

    A decision used its instalments up for ever; now only as they were. 19.0.1.2 kept
    no more than what they had been when the hold was opened, and that a hold ended
    because all was paid: as late as that shows, as overdue what else it may have been,
    so that nobody is held by surprise.
    """
    cr.execute(
        """
        UPDATE export_crm_credit_evidence evidence
           SET decided_as = CASE WHEN hold.close_reason = 'settled'
                                   OR evidence.verdict = 'late'
                                 THEN 'late' ELSE 'overdue' END
          FROM export_crm_credit_hold hold
         WHERE hold.id = evidence.hold_id
           AND evidence.consumed AND evidence.decided_as IS NULL
        """
    )
    # Judged in full by the next check.
    cr.execute(
        """
        UPDATE export_crm_credit_hold SET standing = 'stands'
         WHERE blocking AND kind IN ('behaviour', 'overdue') AND standing IS NULL
        """
    )
