"""Values in sentences, as each language writes them."""

import pytest

from editorial.adapters.catalog import Catalogs
from editorial.domain.locales import Language
from editorial.domain.messages import Message


@pytest.mark.parametrize(
    ("language", "said"), [(Language.EN, "Google, Bing, 1,200"), (Language.ZH, "Google、Bing、1,200")]
)
def test_a_list_is_joined_as_its_reader_joins_it(language: Language, said: str) -> None:
    assert Catalogs()[language].say(Message("%(names)s", {"names": ["Google", "Bing", 1200]})) == said
