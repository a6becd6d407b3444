namespace MedQA.Evaluation.Extraction.Words;

/// <summary>German.</summary>
internal static class GermanWords
{
    private const WordRoles Neutral = WordRoles.Connectors | WordRoles.Adverbs | WordRoles.Leads | WordRoles.DecisionConnectors;

    public static LanguageWords All { get; } = new(
        new Dictionary<WordRoles, string>
        {
            [WordRoles.AnswerNouns] = "antwort antworten lösung lösungsbuchstabe",
            [WordRoles.ChoiceNouns] = "lösung option wahl auswahl antwortmöglichkeit ergebnis buchstabe fazit richtig korrekt",
            [WordRoles.Praise] =
                "richtige richtigen korrekte korrekten beste besten endgültige finale meine zutreffende wahrscheinlichste passende "
                + "korrigierte revidierte neue gewählte ausgewählte gesuchte einzig einzige",
            [WordRoles.Disqualifiers] = "falsche falschen erste ursprüngliche andere deine ihre seine häufige keine keiner nicht eure "
                + "zweite zweitbeste schlechteste",
            [WordRoles.BeforeVerb] = "zu",
            [WordRoles.Connectors] =
                "ist lautet sei wäre wird muss sein die der das den ein eine also daher somit folglich demnach option buchstabe "
                + "antwort antwortmöglichkeit richtige korrekte beste auf diese frage hier eindeutig klar sicher wahrscheinlich am "
                + "wahrscheinlichsten damit nummer lösung dann jedoch aber so vielmehr zweifellos zweifelsfrei offensichtlich "
                + "selbstverständlich",
            [WordRoles.Copulas] = "ist lautet sei war wäre",
            [WordRoles.SubjectCopulas] = "ist wäre scheint bleibt muss sind war nicht sei",
            [WordRoles.Adverbs] =
                "die der das eine ein am eindeutig klar sicher sicherlich also daher somit damit hier meine wohl auch sehr sein "
                + "einzig zweifellos zweifelsfrei offensichtlich selbstverständlich",
            [WordRoles.Predicates] = "richtig korrekt zutreffend richtige korrekte stimmt",
            [WordRoles.PredicatesBehind] = "richtig korrekt falsch stimmt",
            [WordRoles.Superlatives] =
                "beste besten wahrscheinlichste wahrscheinlichsten richtige korrekte passendste einzige richtig korrekt einzig",
            [WordRoles.PredicateNouns] = "antwort option wahl lösung antwortmöglichkeit",
            [WordRoles.Topics] =
                "diagnose ursache erklärung therapie behandlung medikament schritt antwort option erreger keim",
            [WordRoles.Tentative] = "könnte kann vielleicht möglicherweise eventuell dürfte",
            [WordRoles.Negations] = "nicht kein keine keiner nie niemals weder noch außer ohne keinesfalls keineswegs",
            [WordRoles.NegationsBehind] = "nicht keinesfalls keineswegs",
            [WordRoles.No] = "nein",
            [WordRoles.Wrong] = "falsch inkorrekt unrichtig fehler irrtum unzutreffend falsche zurückgezogen annulliert",
            [WordRoles.Doubts] =
                "fehler falsch irrtümlich ausschließen ausgeschlossen bezweifle unwahrscheinlich verlockend verführerisch falle "
                + "irrtum schließen scheidet scheiden",
            [WordRoles.Rejections] = "falsch inkorrekt nein unrichtig",
            [WordRoles.Approvals] = "richtig korrekt ja wahr zutreffend stimmt",
            [WordRoles.Plurals] = "entweder beide zwischen ob",
            [WordRoles.Conditions] = "wenn falls sofern angenommen gäbe",
            [WordRoles.Concessions] = "obwohl obgleich während",
            [WordRoles.Conclusions] = "daher deshalb somit also folglich demnach deswegen mithin damit",
            [WordRoles.Reasons] = "weil da denn und aber aufgrund wegen statt anstatt",
            [WordRoles.Decisions] = "wähle wählte entscheide nehme entschied",
            [WordRoles.OwnDecisions] = "denke glaube meine vermute sage halte kreuze bleibe",
            [WordRoles.ParticleVerbs] = "tippe plädiere tendiere entscheide neige votiere",
            [WordRoles.DecisionParticles] = "für auf zu",
            [WordRoles.DecisionConnectors] =
                "option antwort die das den mich für also daher hier es ist dass antwortmöglichkeit buchstabe ich nur zweifellos "
                + "zweifelsfrei offensichtlich selbstverständlich",
            [WordRoles.DecisionsBehind] = "wählen nehmen ankreuzen auswählen entscheiden plädieren votieren tippen",
            [WordRoles.Auxiliaries] = "würde werde daher also somit hier deshalb mich dann letztlich schließlich für so ich",
            [WordRoles.Past] = "zuerst zunächst anfangs ursprünglich fast beinahe",
            [WordRoles.Corrections] = "sondern lies",
            [WordRoles.Contrasts] = "aber jedoch doch sondern dennoch allerdings",
            [WordRoles.AfterLetter] =
                "ist nicht wäre weil da denn und oder aber richtig korrekt falsch sind war wählen nehmen ankreuzen auswählen scheint "
                + "muss sei wenn falls sondern statt als aufgrund wegen die der eine passt erklärt bleibt keine kein dann sein übrig "
                + "infrage zu stimmt entscheiden plädieren votieren tippen heißen lies zurück",
            [WordRoles.BeforeSubject] =
                "option antwort antwortmöglichkeit optionen daher deshalb somit also dass aber und ist weil da folglich nur "
                + "buchstabe wäre damit sondern zeigt zeigen bedeutet bestätigt",
            [WordRoles.Evidence] = "wahrscheinlichste wahrscheinlichsten diagnose spricht passt vereinbar ursache entscheiden",
            [WordRoles.EvidenceLinks] = "ist für zu mit lautet",
            [WordRoles.Persons] =
                "manche viele andere einige studenten studierende ärzte arzt kollege experten er sie man lehrbuch leitlinie jemand "
                + "niemand alle prüfer laien kollegen oberarzt oberärztin assistenzarzt assistenzärztin chefarzt chefärztin kollegin "
                + "kommilitone kommilitonin professor professorin freund student studentin mancher mehrheit lehrbücher",
            [WordRoles.Speech] =
                "sagen sagt meinen meint denken denkt glauben glaubt wählen wählt behaupten behauptet antworten nehmen vermuten "
                + "entscheiden",
            [WordRoles.Distance] =
                "zuerst zunächst anfangs ursprünglich beispiel format früher laut traditionell angeblich dachte sagte meint meinte "
                + "behauptet behauptete glaubt glaubte hält hielt findet vermutet annahme behauptung vorstellung wahrscheinlichkeit "
                + "überzeugung hypothese antwortete antwortet schrieb schreibt erklärte erklärt gestern",
            [WordRoles.FirstPerson] = "ich wir",
            [WordRoles.Interjections] = "moment halt korrektur warte entschuldigung hmm sorry "
                + "zurückgezogen annulliert erratum corrigendum",
            [WordRoles.Retractions] = "irrte",
            [WordRoles.Leads] =
                "daher deshalb somit also folglich demnach korrektur wahrscheinlich vermutlich eindeutig definitiv nur fazit ja "
        + "zweifellos zweifelsfrei offensichtlich selbstverständlich",
            [WordRoles.Pronouns] = "es das dies dieses",
            [WordRoles.QuestionHeads] = "frage nutzer benutzer",
            [WordRoles.Restrictions] = "bei in für nur im beim während",
            [WordRoles.ThisCase] = "diesem dieser dieses diesen der dem unserem",
            [WordRoles.Articles] = "die der das den ein eine",
            [WordRoles.Only] = "nur",
            [WordRoles.Fits] = "passt erklärt",
            [WordRoles.Leaving] = "bleibt übrig",
            [WordRoles.Joins] = "oder und sowie bzw",
            [WordRoles.Hypothetical] = "wäre könnte kann dürfte",
            [WordRoles.OptionNouns] = "option antwort antwortmöglichkeit",
            [WordRoles.Verdicts] = "richtig korrekt antwort bewertung urteil ergebnis einschätzung",
            [WordRoles.Makers] = "ist wäre",
        },
        [
            ("richtig ist", WordRoles.AnswerNouns | WordRoles.Copulas),
            ("korrekt ist", WordRoles.AnswerNouns | WordRoles.Copulas),
            ("am wahrscheinlichsten ist", WordRoles.AnswerNouns | WordRoles.Copulas),
            ("richtig wäre", WordRoles.AnswerNouns | WordRoles.Copulas),
            ("zutreffend ist", WordRoles.AnswerNouns | WordRoles.Copulas),
            ("ohne zweifel", Neutral),
            ("kein zweifel", Neutral),
            ("im ergebnis", Neutral),
            ("ich lag falsch", WordRoles.Retractions),
            ("ich habe mich geirrt", WordRoles.Retractions),
            ("nicht sicher", WordRoles.Retractions),
            ("auf den ersten blick", WordRoles.Distance),
            ("zum beispiel", WordRoles.Distance),
            ("nächste frage", WordRoles.QuestionHeads),
            ("eine weitere frage", WordRoles.QuestionHeads),
            ("am besten", WordRoles.Superlatives | WordRoles.Adverbs),
            ("stimmt nicht", WordRoles.Wrong | WordRoles.Rejections | WordRoles.PredicatesBehind | WordRoles.AfterLetter),
            ("stimme nicht zu", WordRoles.Retractions),
            ("stimme nicht überein", WordRoles.Retractions),
            ("nicht einverstanden", WordRoles.Retractions),
            ("für falsch", WordRoles.Retractions),
            ("teile ich nicht", WordRoles.Retractions),
            ("teile nicht", WordRoles.Retractions),
            ("teile diese", WordRoles.Retractions),
            ("anderer meinung", WordRoles.Retractions),
            ("anderer ansicht", WordRoles.Retractions),
            ("widerspreche", WordRoles.Retractions),
            ("überzeugt mich nicht", WordRoles.Retractions),
            ("bin nicht überzeugt", WordRoles.Retractions),
            ("trifft so nicht zu", WordRoles.Retractions),
            ("sehe ich anders", WordRoles.Retractions),
            ("sehe das anders", WordRoles.Retractions),
            ("für einen irrtum", WordRoles.Retractions),
            ("für unzutreffend", WordRoles.Retractions),
            ("trifft zu", WordRoles.Approvals | WordRoles.Predicates | WordRoles.PredicatesBehind | WordRoles.AfterLetter),
            ("trifft nicht zu", WordRoles.Rejections | WordRoles.Wrong | WordRoles.PredicatesBehind | WordRoles.AfterLetter),
            ("muss es", WordRoles.Pronouns | WordRoles.Copulas),
            ("müsste es", WordRoles.Pronouns | WordRoles.Copulas),
            ("kann es nur", WordRoles.Pronouns | WordRoles.Copulas),
            ("kann nur", WordRoles.Pronouns | WordRoles.Copulas),
            ("es kann nur", WordRoles.Pronouns | WordRoles.Copulas),
            ("es muss", WordRoles.Pronouns | WordRoles.Copulas),
            ("im gegensatz zu", WordRoles.Reasons | WordRoles.AfterLetter | WordRoles.Negations),
            ("nicht festlegen", WordRoles.Retractions),
            ("nicht entscheiden", WordRoles.Retractions),
            ("weiß nicht", WordRoles.Retractions),
            ("weiß es nicht", WordRoles.Retractions),
            ("unentschieden", WordRoles.Retractions),
            ("kommt nur", WordRoles.Leaving),
            ("kommt allein", WordRoles.Leaving),
            ("am ehesten", Neutral | WordRoles.Superlatives),
            ("am ehesten trifft", WordRoles.Leaving),
            ("für richtig", WordRoles.Reasons | WordRoles.AfterLetter),
            ("für korrekt", WordRoles.Reasons | WordRoles.AfterLetter),
            ("für zutreffend", WordRoles.Reasons | WordRoles.AfterLetter),
            ("für die richtige", WordRoles.Reasons | WordRoles.AfterLetter),
            ("wahl fällt auf", WordRoles.AnswerNouns | WordRoles.Copulas),
            ("es handelt sich um", WordRoles.Pronouns | WordRoles.Copulas),
            ("handelt es sich um", WordRoles.Pronouns | WordRoles.Copulas),
            ("spricht für", WordRoles.Evidence | WordRoles.EvidenceLinks),
            ("sprechen für", WordRoles.Evidence | WordRoles.EvidenceLinks),
            ("spricht alles für", WordRoles.Evidence | WordRoles.EvidenceLinks),
            ("im ausschlussverfahren", Neutral),
            ("per ausschluss", Neutral),
            ("in frage", WordRoles.Reasons | WordRoles.AfterLetter),
            ("in betracht", WordRoles.Reasons | WordRoles.AfterLetter),
            ("es heißt", WordRoles.Distance),
            ("soll richtig", WordRoles.Distance),
            ("das stimmt nicht", WordRoles.Retractions),
            ("dies stimmt nicht", WordRoles.Retractions),
            ("das stimmt so nicht", WordRoles.Retractions),
            ("wurde zurückgezogen", WordRoles.Retractions),
            ("ist hinfällig", WordRoles.Retractions),
            ("wurde annulliert", WordRoles.Retractions),
            ("entscheiden für", WordRoles.Evidence | WordRoles.EvidenceLinks | WordRoles.Speech),
            ("entscheidet für", WordRoles.Evidence | WordRoles.EvidenceLinks),
            ("kreuz bei", WordRoles.Leaving),
            ("gesucht ist", WordRoles.AnswerNouns | WordRoles.Copulas),
            ("kann kaum etwas anderes sein als", WordRoles.Pronouns | WordRoles.Copulas),
            ("kann nichts anderes sein als", WordRoles.Pronouns | WordRoles.Copulas),
            ("ist nichts anderes als", WordRoles.Pronouns | WordRoles.Copulas),
        ]);
}
