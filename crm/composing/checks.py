"""What to put right in a message before it leaves: nothing is fetched, nothing is guessed."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from crm.composing.automatic_text import automatic_text
from crm.composing.fields import Fault, faults_in, spots_in
from crm.composing.links import why_nowhere
from crm.composing.models import Message
from crm.composing.rendering import Compiled, is_text_stale
from crm.composing.rich_text import typed_addresses
from crm.composing.samples import samples_in
from crm.composing.types import (
    FIELDS,
    TEMPLATE,
    Block,
    BlockKind,
    ButtonBlock,
    EventBlock,
    Footer,
    ImageBlock,
    MergeField,
    NewsBlock,
    Problem,
    Severity,
    TextBlock,
    TitleBlock,
    Values,
)
from crm.core.errors import N_

# Gmail cuts a message off at 102 kB: what follows, the way out too, is not shown.
HEAVIEST_HTML_BYTES = 100_000
HEAVIEST_IMAGES_BYTES = 2 * 1024 * 1024
# What a phone shows of a subject.
LONG_SUBJECT = 70
_SHOUTED_LETTERS = 8
_LONGEST_SHOWN = 80
_BLOCKING, _WARNING = Severity.BLOCKING, Severity.WARNING
_FOOTER = {
    "sender_name": N_("Dites qui envoie ce message : le nom du réseau."),
    "postal_address": N_("Il manque l’adresse postale du réseau, que la loi demande."),
    "reason": N_("Dites pourquoi on reçoit ce message : la loi le demande."),
    "rights_contact": N_("Dites à qui écrire pour faire valoir ses droits sur ses données."),
}


def problems(
    message: Message,
    *,
    footer: Footer,
    fields: Sequence[MergeField] = FIELDS,
    compiled: Compiled | None = None,
) -> list[Problem]:
    """Return what is wrong with a message, in the order of its parts; the weight if `compiled`."""
    return [
        *_of_heading(message, fields),
        *_of_blocks(message, fields),
        *_of_text(message, fields),
        *(() if message.owner_kind == TEMPLATE else _of_samples(message)),
        *_of_footer(footer),
        *(_of_weight(message, compiled) if compiled else ()),
    ]


def problems_for(compiled: Compiled, values: Values, fields: Sequence[MergeField]) -> list[Problem]:
    """Return what would leave a hole in the message of one reader."""
    labels = {each.name: each.label for each in fields}
    return [
        Problem(
            _WARNING,
            N_(
                "Pour cette personne, « %(field)s » est vide et rien n’est prévu à la place :"
                " écrivez par exemple « {%(field)s | …} »."
            ),
            {"field": labels.get(name, name)},
            field=name,
        )
        for name in compiled.missing(values)
    ]


def is_ready(found: Iterable[Problem]) -> bool:
    """Tell whether nothing keeps a message from leaving."""
    return not any(problem.is_blocking for problem in found)


def without_fallback(message: Message, fields: Sequence[MergeField] = FIELDS) -> list[str]:
    """Return the names of the fields that a message says nothing in place of."""
    texts = [message.subject, message.preheader, message.text_override or automatic_text(message)]
    spots = [spot for text in texts for spot in spots_in(text, fields)]
    return list(dict.fromkeys(spot.name for spot in spots if not spot.fallback))


def _of_heading(message: Message, fields: Sequence[MergeField]) -> Iterator[Problem]:
    subject = message.subject.strip()
    if not subject:
        yield Problem(_BLOCKING, N_("Donnez un objet au message."), part="subject")
    elif len(subject) > LONG_SUBJECT:
        yield Problem(
            _WARNING,
            N_("L’objet a %(count)s caractères : un téléphone en montre %(most)s."),
            {"count": len(subject), "most": LONG_SUBJECT},
            part="subject",
        )
    if subject == subject.upper() and sum(map(str.isalpha, subject)) >= _SHOUTED_LETTERS:
        yield Problem(
            _WARNING,
            N_("L’objet est tout en majuscules : les filtres y voient un courrier indésirable."),
            part="subject",
        )
    for part in ("subject", "preheader"):
        yield from _of_fields(getattr(message, part), fields, part=part)


def _of_blocks(message: Message, fields: Sequence[MergeField]) -> Iterator[Problem]:
    blocks = message.parts
    if not any(_says_something(block) for block in blocks):
        yield Problem(
            _BLOCKING, N_("Le message ne dit rien encore : ajoutez un texte."), part="blocks"
        )
    known = {image.digest for image in message.images}
    for block in blocks:
        yield from _of_block(block, known)
        for name, text in _texts_of(block):
            yield from _of_fields(text, fields, block=block.key, field=name)


def _of_samples(message: Message) -> Iterator[Problem]:
    """Yield what is still to be written in place of a template's samples."""
    for part in ("subject", "preheader"):
        yield from samples_in(getattr(message, part), part=part)
    for block in message.parts:
        said: dict[str, list[str]] = {}
        for name, text in _texts_of(block):
            said.setdefault(name, []).append(text)
        for name, texts in said.items():
            yield from samples_in("\n".join(texts), block=block.key, field=name)
    yield from samples_in(message.text_override or "", part="text")


def _says_something(block: Block) -> bool:
    return isinstance(block, TitleBlock | TextBlock | EventBlock | NewsBlock) and any(
        text.strip() for _, text in _texts_of(block)
    )


def _texts_of(block: Block) -> Iterator[tuple[str, str]]:
    """Yield the words of a block that take fields, and where they are."""
    for name in ("title", "text", "label", "when", "place", "alt"):
        if value := getattr(block, name, ""):
            yield name, value
    for item in getattr(block, "items", ()):
        yield from (("items", text) for text in (item.title, item.text) if text)


def _of_fields(text: str, fields: Sequence[MergeField], **where: Any) -> Iterator[Problem]:
    for fault in faults_in(text, fields):
        yield problem_of(fault, **where)


def problem_of(fault: Fault, **where: Any) -> Problem:
    """Return the problem that braces which mean nothing are."""
    return Problem(_BLOCKING, fault.message, dict(fault.params), **where)


def _of_block(block: Block, known_images: set[str]) -> Iterator[Problem]:
    if check := _CHECKS.get(block.kind):
        yield from check(block, known_images)
    for name, text in _texts_of(block):
        if name in ("text", "items"):
            for address in typed_addresses(text):
                yield from _of_link(block, name, address)
    for item in getattr(block, "items", ()):
        if item.link:
            yield from _of_link(block, "items", item.link)


def _of_link(block: Block, field: str, address: str) -> Iterator[Problem]:
    if reason := why_nowhere(address):
        yield Problem(
            _BLOCKING, reason, {"address": address[:_LONGEST_SHOWN]}, block=block.key, field=field
        )


def _of_image(block: ImageBlock, known: set[str]) -> Iterator[Problem]:
    if block.image not in known:
        yield Problem(_BLOCKING, N_("Choisissez l’image."), block=block.key, field="picture")
    if not block.alt.strip():
        yield Problem(
            _BLOCKING,
            N_("Décrivez l’image : beaucoup ne la verront pas, ou l’entendront lire."),
            block=block.key,
            field="alt",
        )
    if block.link:
        yield from _of_link(block, "link", block.link)


def _of_button(block: ButtonBlock, _known: set[str]) -> Iterator[Problem]:
    if not block.label.strip():
        yield Problem(
            _BLOCKING, N_("Écrivez ce que dit le bouton."), block=block.key, field="label"
        )
    yield from _of_link(block, "link", block.link)


def _of_event(block: EventBlock, _known: set[str]) -> Iterator[Problem]:
    if not block.title.strip():
        yield Problem(_BLOCKING, N_("Nommez l’événement."), block=block.key, field="title")
    if not block.when.strip():
        yield Problem(_WARNING, N_("Dites quand il a lieu."), block=block.key, field="when")
    if block.link:
        yield from _of_link(block, "link", block.link)


def _of_news(block: NewsBlock, _known: set[str]) -> Iterator[Problem]:
    if not any(item.title.strip() for item in block.items):
        yield Problem(
            _BLOCKING,
            N_("Cette liste n’a encore aucune actualité."),
            block=block.key,
            field="items",
        )


def _of_empty(block: TitleBlock | TextBlock, _known: set[str]) -> Iterator[Problem]:
    text = block.title if isinstance(block, TitleBlock) else block.text
    if not text.strip():
        yield Problem(_WARNING, N_("Ce bloc est vide."), block=block.key)


_CHECKS: Mapping[BlockKind, Callable[..., Iterable[Problem]]] = {
    BlockKind.TITLE: _of_empty,
    BlockKind.TEXT: _of_empty,
    BlockKind.IMAGE: _of_image,
    BlockKind.BUTTON: _of_button,
    BlockKind.EVENT: _of_event,
    BlockKind.NEWS: _of_news,
}


def _of_text(message: Message, fields: Sequence[MergeField]) -> Iterator[Problem]:
    if message.text_override is None:
        return
    yield from _of_fields(message.text_override, fields, part="text")
    if is_text_stale(message):
        yield Problem(
            _WARNING,
            N_(
                "Le texte seul a été écrit à la main avant les derniers changements des blocs :"
                " relisez-le."
            ),
            part="text",
        )


def _of_footer(footer: Footer) -> Iterator[Problem]:
    for name, sentence in _FOOTER.items():
        if not getattr(footer, name).strip():
            yield Problem(_BLOCKING, sentence, part="footer", field=name)


def _of_weight(message: Message, compiled: Compiled) -> Iterator[Problem]:
    weight = len(compiled.html.encode())
    if weight > HEAVIEST_HTML_BYTES:
        yield Problem(
            _WARNING,
            N_(
                "Le message pèse %(count)s ko : Gmail le coupe à 102 ko, et le lien de"
                " désabonnement avec."
            ),
            {"count": weight // 1000},
            part="weight",
        )
    images = {block.image for block in message.parts if isinstance(block, ImageBlock)}
    heavy = sum(image.size_bytes for image in message.images if image.digest in images)
    if heavy > HEAVIEST_IMAGES_BYTES:
        yield Problem(
            _WARNING,
            N_("Les images pèsent %(count)s Mo : le message sera lent à ouvrir sur un téléphone."),
            {"count": f"{heavy / 1024**2:.1f}".replace(".", ",")},
            part="weight",
        )
