"""Everything that reads what nobody vouches for."""

import model_parsers
import other_parsers
import people_parsers
import sound_parsers

PARSERS = (
    *sound_parsers.PARSERS,
    *model_parsers.PARSERS,
    *people_parsers.PARSERS,
    *other_parsers.PARSERS,
)
