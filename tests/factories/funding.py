"""Schemes, calls, applications and what belongs to an application."""

from typing import Any

import factory

from crm.core import clock
from crm.core.text import sort_key
from crm.funding.models import (
    ApplicationPartner,
    ApplicationStep,
    CallDepartement,
    CallFamily,
    CoFunding,
    FundingApplication,
    FundingCall,
    FundingScheme,
    Payment,
    ReportingDeadline,
)
from tests.factories import BaseFactory
from tests.factories.accounts import UserFactory
from tests.factories.contacts import StructureFactory


class SchemeFactory(BaseFactory):
    """A scheme that is not over, whose funders are not known."""

    class Meta:
        """What it builds."""

        model = FundingScheme

    class Params:
        """Kinds of scheme."""

        over = factory.Trait(is_active=False)

    name = factory.Sequence(lambda n: f"Dispositif exemplaire {n}")
    sort_name = factory.LazyAttribute(lambda scheme: sort_key(scheme.name))
    created_at = factory.LazyFunction(clock.now)
    funders = factory.LazyFunction(list)


class CallFactory(BaseFactory):
    """This year's call of a new scheme, without dates; everybody is eligible.

    `for_families` and `for_departements` are the codes of who may apply.
    """

    class Meta:
        """What it builds."""

        model = FundingCall

    class Params:
        """What it builds from."""

        for_families = ()
        for_departements = ()

    scheme = factory.SubFactory(SchemeFactory)
    name = factory.Sequence(lambda n: f"Appel exemplaire {n}")
    year = factory.LazyFunction(lambda: clock.today().year)
    created_at = factory.LazyFunction(clock.now)
    families = factory.LazyAttribute(
        lambda call: [CallFamily(family_code=code) for code in call.for_families]
    )
    departements = factory.LazyAttribute(
        lambda call: [CallDepartement(departement_code=code) for code in call.for_departements]
    )


class ApplicationFactory(BaseFactory):
    """An application that a new association thinks of, without a call.

    Traits bring it further: `drafting`, `filed`, `under_review`, `awarded`, `partly_awarded`,
    `settled`, `refused`, `ineligible`, `abandoned`. It asks for 10,000 euros; an award is that.
    """

    class Meta:
        """What it builds."""

        model = FundingApplication

    class Params:
        """Where an application stands."""

        is_filed = factory.Trait(filed_on=factory.LazyFunction(clock.today))
        is_decided = factory.Trait(decided_on=factory.LazyFunction(clock.today))
        drafting = factory.Trait(status="montage")
        filed = factory.Trait(status="depose", is_filed=True)
        under_review = factory.Trait(status="instruction", is_filed=True)
        awarded = factory.Trait(
            status="obtenu", is_filed=True, is_decided=True, awarded_cents=1_000_000
        )
        partly_awarded = factory.Trait(
            status="partiel", is_filed=True, is_decided=True, awarded_cents=400_000
        )
        settled = factory.Trait(
            status="solde", is_filed=True, is_decided=True, awarded_cents=1_000_000
        )
        refused = factory.Trait(status="refuse", is_filed=True, is_decided=True)
        ineligible = factory.Trait(status="ineligible", is_filed=True, is_decided=True)
        abandoned = factory.Trait(status="abandonne")

    call = None
    scheme = factory.LazyAttribute(lambda o: o.call.scheme if o.call else SchemeFactory())
    title = factory.Sequence(lambda n: f"Dossier exemplaire {n}")
    sort_title = factory.LazyAttribute(lambda application: sort_key(application.title))
    beneficiary = factory.SubFactory(StructureFactory)
    beneficiary_name = factory.LazyAttribute(lambda o: o.beneficiary.name)
    family_code = factory.LazyAttribute(lambda o: o.beneficiary.family_code)
    departement_code = factory.LazyAttribute(lambda o: o.beneficiary.departement_code)
    commune_code = factory.LazyAttribute(lambda o: o.beneficiary.commune_code)
    status = "identifie"
    requested_cents = 1_000_000
    created_at = factory.LazyFunction(clock.now)


class _OfApplication(BaseFactory):
    """What belongs to the application `of`, or to a new one."""

    class Meta:
        """Nothing to build by itself."""

        abstract = True

    class Params:
        """Whose it is."""

        of: Any = None

    application_id = factory.LazyAttribute(lambda o: (o.of or ApplicationFactory()).id)


class ApplicationPartnerFactory(_OfApplication):
    """A new structure, partner in an application."""

    class Meta:
        """What it builds."""

        model = ApplicationPartner

    structure = factory.SubFactory(StructureFactory)
    role = "partenaire"


class ApplicationStepFactory(_OfApplication):
    """A step that someone said today."""

    class Meta:
        """What it builds."""

        model = ApplicationStep

    status = "identifie"
    changed_on = factory.LazyFunction(clock.today)
    author_id = factory.LazyFunction(lambda: UserFactory().id)


class CoFundingFactory(_OfApplication):
    """Another funder, asked for 5,000 euros."""

    class Meta:
        """What it builds."""

        model = CoFunding

    funder = factory.SubFactory(StructureFactory, family_code="institution")
    requested_cents = 500_000


class PaymentFactory(_OfApplication):
    """A hundred euros received today, of an award."""

    class Meta:
        """What it builds."""

        model = Payment

    application_id = factory.LazyAttribute(lambda o: (o.of or ApplicationFactory(awarded=True)).id)
    received_on = factory.LazyFunction(clock.today)
    amount_cents = 10_000


class ReportingDeadlineFactory(_OfApplication):
    """A report owed today."""

    class Meta:
        """What it builds."""

        model = ReportingDeadline

    what = factory.Sequence(lambda n: f"Compte rendu {n}")
    due_on = factory.LazyFunction(clock.today)
