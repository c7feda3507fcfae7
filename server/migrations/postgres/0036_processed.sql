-- Why a journal could not be followed at the last look, where it could not.
ALTER TABLE search_cursors ADD COLUMN failure TEXT;
