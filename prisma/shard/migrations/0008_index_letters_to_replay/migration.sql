CREATE INDEX dead_letter_replay ON dead_letter (replay_requested_at) WHERE replay_requested_at IS NOT NULL;
