namespace MedQA.Evaluation.Extraction.Words;

/// <summary>French.</summary>
internal static class FrenchWords
{
    private const WordRoles Neutral = WordRoles.Connectors | WordRoles.Adverbs | WordRoles.Leads | WordRoles.DecisionConnectors;

    public static LanguageWords All { get; } = new(
        new Dictionary<WordRoles, string>
        {
            [WordRoles.AnswerNouns] = "réponse réponses reponse solution",
            [WordRoles.ChoiceNouns] = "option solution choix proposition lettre conclusion verdict",
            [WordRoles.Praise] =
                "bonne correcte meilleure juste finale ma exacte probable appropriée mon corrigée révisée nouvelle choisie retenue "
                + "sélectionnée",
            [WordRoles.Disqualifiers] = "mauvaise incorrecte fausse première initiale autre ta votre leur sa aucune sans "
                + "deuxième seconde pire moins",
            [WordRoles.BeforeVerb] = "vous",
            [WordRoles.Connectors] =
                "est la le les un une l' serait sera doit être devrait option lettre réponse bonne correcte donc alors clairement "
                + "probablement à cette question de ci-dessous plus probable proposition numéro d' finale en forcément nécessairement "
                + "évidemment certainement sûrement bien indiscutablement incontestablement assurément",
            [WordRoles.Copulas] = "est serait sera sont",
            [WordRoles.SubjectCopulas] = "est serait sera sont semble paraît reste doit n' ne était soit",
            [WordRoles.Adverbs] =
                "la le les l' un une clairement donc bien plus sans sûrement probablement très aussi être ma de forcément "
                + "nécessairement évidemment certainement indiscutablement incontestablement assurément",
            [WordRoles.Predicates] = "correct correcte correctes juste exacte exact vraie vrai bonne convient",
            [WordRoles.PredicatesBehind] = "correct correcte",
            [WordRoles.Superlatives] = "meilleure plus bonne correcte probable appropriée seule correct",
            [WordRoles.PredicateNouns] = "réponse option proposition solution choix possible",
            [WordRoles.Topics] =
                "diagnostic cause explication traitement médicament réponse option étape bactérie germe responsable",
            [WordRoles.Tentative] = "pourrait peut peut-être possiblement éventuellement",
            [WordRoles.Negations] = "ne n' pas non jamais ni aucune aucun sauf excepté sans",
            [WordRoles.No] = "non",
            [WordRoles.Wrong] =
                "faux fausse incorrect incorrecte incorrectes erronée erroné erreur inexacte inexact piège fausses inexactes "
                + "erronées annulée annulé",
            [WordRoles.Doubts] =
                "erreur faux piège éliminer éliminons élimine exclure excluons exclut doute tentant improbable incorrecte incorrect "
                + "à_tort",
            [WordRoles.Rejections] = "faux fausse incorrect incorrecte non exclu exclue écarté écartée f",
            [WordRoles.Approvals] = "vrai vraie correct correcte oui juste exact exacte retenu retenue v",
            [WordRoles.Plurals] = "entre soit parmi",
            [WordRoles.Conditions] = "si sauf supposant",
            [WordRoles.Concessions] = "bien_que quoique tandis",
            [WordRoles.Conclusions] = "donc ainsi conséquent alors",
            [WordRoles.Reasons] = "parce car puisque étant et mais comme que",
            [WordRoles.Decisions] =
                "choisis choisirais sélectionne retiens prends choisir choisissons coche cocherais choisirai",
            [WordRoles.OwnDecisions] = "pense crois dirais dis",
            [WordRoles.ParticleVerbs] = "opte opterais penche pencherais",
            [WordRoles.DecisionParticles] = "pour vers",
            [WordRoles.DecisionConnectors] =
                "la l' option réponse le lettre que c' est proposition donc forcément nécessairement évidemment certainement "
                + "sûrement bien indiscutablement incontestablement assurément",
            [WordRoles.Auxiliaries] = "donc alors finalement ainsi vais dois devrais me",
            [WordRoles.Obligations] = "doit faut devons",
            [WordRoles.Past] = "initialement début abord d'abord avais failli presque",
            [WordRoles.Corrections] = "mais plutôt lire",
            [WordRoles.Contrasts] = "mais cependant toutefois pourtant",
            [WordRoles.AfterLetter] =
                "est n' ne serait car parce et ou mais puisque que qui semble correct correcte faux incorrecte reste doit sont pour "
                + "en plutôt si soit comme la le explique était convient correspond",
            [WordRoles.BeforeSubject] =
                "option réponse proposition options donc que mais car et ainsi seule seul lettre qu' alors conséquent est indiquent "
                + "montre montrent démontre confirme confirment signifie implique",
            [WordRoles.Evidence] = "probable suggère évoque indique compatible diagnostic appropriée faveur responsable",
            [WordRoles.EvidenceLinks] = "est serait suggère évoque indique avec de",
            [WordRoles.Persons] =
                "certains beaucoup autres étudiants étudiant médecins médecin experts il elle ils elles on plupart manuel collègue "
                + "quelqu'un personne tous vous gens confrère confrères consœur interne chef cheffe professeur collègues tuteur ami "
                + "amie livre majorité",
            [WordRoles.Speech] =
                "diraient disent dit choisissent choisit pensent pense croient croit affirment prétendent répondraient répondent "
                + "choisiraient suggèrent écrivent opteraient",
            [WordRoles.Distance] =
                "début initialement exemple format traditionnellement auparavant selon d'après autrefois affirme affirment prétend "
                + "soutient croit dit disait idée hypothèse croyance affirmation probabilité répondu déclaré écrit",
            [WordRoles.FirstPerson] = "je j' nous",
            [WordRoles.Interjections] = "attendez attends correction pardon désolé erratum oups hmm annulée annulé retirée",
            [WordRoles.Retractions] = "rectifie rature raturé",
            [WordRoles.Leads] =
                "donc ainsi alors correction finalement probablement certainement seulement oui forcément nécessairement évidemment "
        + "sûrement bien indiscutablement incontestablement assurément",
            [WordRoles.Pronouns] = "c' ce cela ça ceci",
            [WordRoles.QuestionHeads] = "question utilisateur",
            [WordRoles.Restrictions] = "chez en pour dans lors seulement quand",
            [WordRoles.ThisCase] = "ce cet cette notre conclusion résumé effet somme raison",
            [WordRoles.Articles] = "la le les l' un une",
            [WordRoles.Only] = "seul seule seulement",
            [WordRoles.Fits] = "explique correspond convient",
            [WordRoles.Leaving] = "reste laissant",
            [WordRoles.Joins] = "ou et ni",
            [WordRoles.Hypothetical] = "serait pourrait peut",
            [WordRoles.OptionNouns] = "option réponse proposition",
            [WordRoles.Verdicts] = "correct correcte réponse vrai évaluation jugement",
        },
        [
            ("la bonne", WordRoles.AnswerNouns | WordRoles.Predicates),
            ("la bonne réponse", WordRoles.AnswerNouns | WordRoles.Predicates),
            ("la correcte", WordRoles.AnswerNouns | WordRoles.Predicates),
            ("il s' agit de", WordRoles.Pronouns | WordRoles.Copulas),
            ("il s' agit donc de", WordRoles.Pronouns | WordRoles.Copulas),
            ("il s' agit", WordRoles.Pronouns | WordRoles.Copulas),
            ("par conséquent", Neutral | WordRoles.Conclusions),
            ("en conclusion", Neutral),
            ("en résumé", Neutral),
            ("sans aucun doute", Neutral),
            ("sans doute", Neutral),
            ("bien sûr", Neutral),
            ("je me suis trompé", WordRoles.Retractions),
            ("je me suis trompée", WordRoles.Retractions),
            ("pas sûr", WordRoles.Retractions),
            ("pas certain", WordRoles.Retractions),
            ("par exemple", WordRoles.Distance),
            ("à première vue", WordRoles.Distance),
            ("au départ", WordRoles.Distance),
            ("question suivante", WordRoles.QuestionHeads),
            ("autre question", WordRoles.QuestionHeads),
            ("bien que", WordRoles.Concessions),
            ("à tort", WordRoles.Doubts),
            ("ne partage pas", WordRoles.Retractions),
            ("pas d' accord", WordRoles.Retractions),
            ("en désaccord", WordRoles.Retractions),
            ("ne suis pas convaincu", WordRoles.Retractions),
            ("ne suis pas convaincue", WordRoles.Retractions),
            ("ne me convainc pas", WordRoles.Retractions),
            ("n' est pas le cas", WordRoles.Retractions),
            ("je conteste", WordRoles.Retractions),
            ("s' il", WordRoles.Conditions),
            ("s' ils", WordRoles.Conditions),
            ("s' elle", WordRoles.Conditions),
            ("ne reste que", WordRoles.Leaving),
            ("ne reste qu'", WordRoles.Leaving),
            ("ne reste donc que", WordRoles.Leaving),
            ("ne reste donc qu'", WordRoles.Leaving),
            ("ne reste plus que", WordRoles.Leaving),
            ("ne reste alors que", WordRoles.Leaving),
            ("n' en reste qu'", WordRoles.Leaving),
            ("ne laisse que", WordRoles.Leaving),
            ("ne peut être que", WordRoles.Connectors | WordRoles.Copulas | WordRoles.Adverbs | WordRoles.SubjectCopulas),
            ("ne peut donc être que", WordRoles.Connectors | WordRoles.Copulas | WordRoles.Adverbs | WordRoles.SubjectCopulas),
            ("n' est autre que", WordRoles.Connectors | WordRoles.Copulas | WordRoles.Adverbs | WordRoles.SubjectCopulas),
            ("d' accord", WordRoles.None),
            ("qui convient", WordRoles.Reasons | WordRoles.AfterLetter),
            ("qui est correcte", WordRoles.Reasons | WordRoles.AfterLetter),
            ("qui est juste", WordRoles.Reasons | WordRoles.AfterLetter),
            ("qui est exacte", WordRoles.Reasons | WordRoles.AfterLetter),
            ("contrairement à", WordRoles.Reasons | WordRoles.AfterLetter | WordRoles.Negations),
            ("contrairement aux", WordRoles.Reasons | WordRoles.AfterLetter | WordRoles.Negations),
            ("en cause", WordRoles.Evidence | WordRoles.Topics),
            ("ne peux pas trancher", WordRoles.Retractions),
            ("ne peux pas choisir", WordRoles.Retractions),
            ("ne peux pas décider", WordRoles.Retractions),
            ("ne sais pas", WordRoles.Retractions),
            ("ne saurais trancher", WordRoles.Retractions),
            ("ne peux trancher", WordRoles.Retractions),
            ("impossible de trancher", WordRoles.Retractions),
            ("choix se porte sur", WordRoles.AnswerNouns | WordRoles.Copulas),
            ("plaide pour", WordRoles.Evidence | WordRoles.EvidenceLinks),
            ("plaident pour", WordRoles.Evidence | WordRoles.EvidenceLinks),
            ("par élimination", Neutral),
            ("par exclusion", Neutral),
            ("la seule correcte", WordRoles.AnswerNouns | WordRoles.Predicates),
            ("la seule bonne", WordRoles.AnswerNouns | WordRoles.Predicates),
            ("la seule exacte", WordRoles.AnswerNouns | WordRoles.Predicates),
            ("en définitive", Neutral),
            ("au final", Neutral),
            ("en fin de compte", Neutral),
            ("il paraît", WordRoles.Distance),
            ("il paraîtrait", WordRoles.Distance),
            ("on dit", WordRoles.Distance),
            ("d' après", WordRoles.Distance),
            ("la plus probable est", WordRoles.AnswerNouns | WordRoles.Copulas),
            ("le plus probable est", WordRoles.AnswerNouns | WordRoles.Copulas),
            ("peut - être", WordRoles.Tentative),
            ("n' était", WordRoles.Conditions),
            ("est annulée", WordRoles.Retractions),
            ("a été annulée", WordRoles.Retractions),
            ("a été retirée", WordRoles.Retractions),
            ("plutôt que", WordRoles.AfterLetter | WordRoles.Reasons | WordRoles.Negations),
            ("au lieu de", WordRoles.AfterLetter | WordRoles.Reasons | WordRoles.Negations),
            ("l' emporte", WordRoles.Predicates | WordRoles.PredicatesBehind | WordRoles.AfterLetter),
            ("point final", Neutral),
        ]);
}
