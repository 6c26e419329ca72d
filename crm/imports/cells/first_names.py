"""First names common in France, folded, to tell « Dupont Jean » from « Jean Dupont ».

Those that are as often last names (Martin, Bernard, Thomas, Robert…) are left out on purpose.
"""

FIRST_NAMES = frozenset(
    """
    adele adeline adrien agathe agnes aicha alain alexandra alexandre alexis alice aline amandine
    amelie amina aminata anais andrea angelique anna anne annick annie antoine antonin ariane
    arnaud arthur astrid aude audrey aurelia aurelie aurelien aurore axel axelle baptiste
    beatrice benedicte benjamin benoit berengere bertrand bruno camille capucine carine carole
    caroline cassandra catherine cecile cecilia celia celine chantal charlene charline charlotte
    christelle christiane christine christophe claire clara clarisse claudine clea clemence
    clementine cloe colette coline corentin corinne coralie cyril cyrille damien daniele danielle
    daphne deborah delphine denise diane didier dominique dorian dorothee edith edouard edwige
    eleonore elena eliane elisabeth elise elodie eloise elsa emeline emeric emilie emilien emma
    emmanuel emmanuelle enzo eric erwan estelle esther etienne eugenie eva evelyne fabien fabienne
    fabrice fanny fatima fatou faustine felicie florence florent florian florine franck
    francine francoise frederic frederique gabriel gabrielle gaelle gaetan genevieve geoffrey
    geraldine germaine ghislain ghislaine gilberte gilles ginette gisele guilhem guillaume gwenaelle
    gwendoline hadrien helene heloise herve hortense hugo ibrahim ines ingrid irene isabelle isabel
    jacqueline jean jeanine jeanne jeremie jeremy jerome jessica joelle johanna johan jonathan
    josephine josette josiane joyce judith julie julien juliette justine karim karine katia
    kevin khadija laetitia laure lauriane laurie lea leila leo leonie leslie liliane lilou
    lina lisa loic lola lorene louane louise loup luc lucas lucette lucie lucien lucienne ludivine
    ludovic lydia lydie maelle maeva magali magalie malika malo manon manuel manuela marc
    marcelle margaux margot marguerite maria mariam marianne marie marielle marina marine
    marion marjorie marlene martine maryse mateo mathias mathieu mathilde mathis matthieu maud
    maureen maxence maxime maya melanie melina melissa michele micheline mireille mohamed moussa
    monique morgane mourad muriel myriam nadege nadia nadine najat natacha nathalie nathan nicolas
    nicole nina noa noe noemie nolwenn nora oceane odette odile olivia olivier ophelie orane
    pascale patrice patricia patrick paul paulette pauline perrine philippe pierre pierrette
    priscilla quentin rachel rachid raphael raphaelle rebecca regine regis remi remy renee romain
    romane rosalie rose roseline roxane sabine sabrina salima salome samia samira samuel sandra
    sandrine sara sarah sebastien segolene serge severine simone solange solene sonia sophie
    stephane stephanie suzanne sylvain sylvaine sylviane sylvie tatiana thais theo therese thibault
    thibaut thierry thiphaine tiphaine tristan valentin valentine valerie vanessa veronique
    victoria violaine violette virginie viviane wilfried william xavier yacine yann yannick yasmina
    yasmine yolande youssef yves yvette yvonne zoe
    """.split()
)
