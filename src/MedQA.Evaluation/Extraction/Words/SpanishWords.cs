namespace MedQA.Evaluation.Extraction.Words;

/// <summary>Spanish.</summary>
internal static class SpanishWords
{
    private const WordRoles Neutral = WordRoles.Connectors | WordRoles.Adverbs | WordRoles.Leads | WordRoles.DecisionConnectors;

    public static LanguageWords All { get; } = new(
        new Dictionary<WordRoles, string>
        {
            [WordRoles.AnswerNouns] = "respuesta respuestas resp solución solucion",
            [WordRoles.ChoiceNouns] =
                "opción opcion alternativa solución solucion elección clave letra correcta correcto conclusión predicción veredicto",
            [WordRoles.Praise] =
                "correcta correcto mejor final adecuada acertada verdadera mi definitiva probable apropiada más corregida revisada "
                + "nueva elegida seleccionada escogida marcada",
            [WordRoles.Disqualifiers] =
                "incorrecta incorrecto falsa errónea equivocada primera inicial anterior otra tu su mala ninguna sin menos "
                + "segunda segundo peor",
            [WordRoles.BeforeVerb] = "usted",
            [WordRoles.Connectors] =
                "es la el lo un una sería será seria debe ser debería puede opción opcion letra respuesta correcta correcto por así "
                + "pues claramente sin embargo entonces más probable probablemente a esta pregunta de del siguiente mejor final que "
                + "creo considero pienso alternativa número encaja explica indudablemente evidentemente indiscutiblemente",
            [WordRoles.Copulas] = "es sería será era son seria",
            [WordRoles.SubjectCopulas] = "es sería será era son parece resulta debe no está seria fue",
            [WordRoles.Adverbs] =
                "claramente la el lo un una más muy probablemente ser por también sin mi de indudablemente evidentemente "
                + "indiscutiblemente",
            [WordRoles.Predicates] = "correcta correcto correctas cierta verdadera verdadero acertada adecuada cierto",
            [WordRoles.PredicatesBehind] = "correcta correcto",
            [WordRoles.Superlatives] = "mejor más correcta correcto adecuada probable única",
            [WordRoles.PredicateNouns] = "respuesta opción opcion alternativa elección posible",
            [WordRoles.Topics] =
                "diagnóstico causa explicación tratamiento fármaco opción respuesta paso prueba alternativa germen bacteria patógeno "
                + "responsable",
            [WordRoles.Tentative] = "podría puede quizá quizás tal vez posiblemente podrían",
            [WordRoles.Negations] = "no nunca ni ninguna ninguno jamás tampoco excepto salvo sin",
            [WordRoles.No] = "no",
            [WordRoles.Wrong] =
                "incorrecta incorrecto incorrectas falsa falso errónea erróneo equivocada equivocado error mal falsas falsos "
                + "erróneas anulada anulado",
            [WordRoles.Doubts] =
                "error incorrecto equivocación equivocado descarto descartamos descarta descartar excluir excluimos eliminamos "
                + "tentador trampa dudo improbable",
            [WordRoles.Rejections] = "incorrecta incorrecto falsa falso no descartada descartado f",
            [WordRoles.Approvals] = "correcta correcto verdadera verdadero sí cierta si v",
            [WordRoles.Plurals] = "ambas ambos entre una tanto",
            [WordRoles.Conditions] = "si salvo suponiendo siempre cuando",
            [WordRoles.Concessions] = "aunque mientras",
            [WordRoles.Conclusions] = "entonces así luego consiguiente pues",
            [WordRoles.Reasons] = "porque ya puesto dado debido y pero como por que",
            [WordRoles.Decisions] =
                "elijo escojo selecciono elegiría escogería seleccionaría elegir escoger seleccionar elegimos marco marcaría elegido",
            [WordRoles.OwnDecisions] = "creo diría pienso considero digo respondo",
            [WordRoles.ParticleVerbs] = "quedo quedaría inclino inclinaría opto optaría decanto decante decido decidiría",
            [WordRoles.DecisionParticles] = "con por",
            [WordRoles.DecisionConnectors] =
                "la el opción opcion letra respuesta que es sería alternativa indudablemente evidentemente indiscutiblemente",
            [WordRoles.Auxiliaries] = "yo me finalmente entonces por así voy a debemos debo",
            [WordRoles.Obligations] = "debemos debe debería",
            [WordRoles.Past] = "inicialmente principio primero antes casi",
            [WordRoles.Corrections] = "sino pero léase",
            [WordRoles.Contrasts] = "pero sino embargo",
            [WordRoles.AfterLetter] =
                "es no sería será porque ya y o pero que por como debe parece en se para son debido dado correcta correcto "
                + "incorrecta incorrecto falsa la el está si de con sino explica encaja",
            [WordRoles.BeforeSubject] =
                "opción opcion opciones respuesta alternativa que pero porque y la entonces así solo sólo letra aunque si sino "
                + "indican muestran muestra demuestra confirma confirman significa implica",
            [WordRoles.Evidence] = "probable sugiere indica compatible diagnóstico apropiado adecuado apunta responsable",
            [WordRoles.EvidenceLinks] = "es sería sugiere indica con a",
            [WordRoles.Persons] =
                "algunos muchos otros estudiantes estudiante médicos médico expertos ellos él ella alguien gente profesor libro "
                + "colega quienes usted mayoría todos nadie unos colegas compañero compañera compañeros adjunto adjunta tutor tutora "
                + "doctora jefe profesora residente elegiría harrison",
            [WordRoles.Speech] =
                "dirían dice dicen diría eligen elige elegirían elegiría creen cree piensan piensa argumentan sostienen responderían "
                + "afirman consideran opinan marcan escogen escogerían eligió dijo dijeron pensarían",
            [WordRoles.Distance] =
                "principio inicialmente ejemplo formato tradicionalmente anteriormente antes según vista dijo cree afirma sostiene "
                + "insiste piensa asegura opina suposición creencia hipótesis probabilidad probabilidades afirmación idea respondió "
                + "escribió declaró ayer",
            [WordRoles.FirstPerson] =
                "yo elijo escojo selecciono elegiría escogería seleccionaría creo quedo quedaría opto optaría inclino marco decanto "
                + "me considero pienso diría elegimos debemos nosotros decante decido decidiría digo respondo marcaría",
            [WordRoles.Interjections] = "espera perdón corrección corrijo disculpa disculpen rectifico mmm "
                + "anulada anulado retirada errata erratum erratas",
            [WordRoles.Retractions] = "rectifico",
            [WordRoles.Leads] =
                "entonces así corrección luego definitivamente probablemente claramente sino solo sólo finalmente sí indudablemente "
        + "evidentemente indiscutiblemente",
            [WordRoles.Pronouns] = "eso esto es esta ese",
            [WordRoles.QuestionHeads] = "pregunta usuario",
            [WordRoles.Restrictions] = "en para cuando solo sólo con durante",
            [WordRoles.ThisCase] = "este esta estos estas el_caso nuestro nuestra su mi conclusión resumen cuenta",
            [WordRoles.Articles] = "la el los las un una lo",
            [WordRoles.Only] = "solo sólo solamente únicamente",
            [WordRoles.Fits] = "explica encaja concuerda coincide",
            [WordRoles.Leaving] = "queda dejando",
            [WordRoles.Joins] = "o y u e ni como",
            [WordRoles.Hypothetical] = "sería seria podría puede podrían",
            [WordRoles.OptionNouns] = "opción opcion alternativa respuesta",
            [WordRoles.Makers] = "hace",
            [WordRoles.Verdicts] = "correcta correcto respuesta evaluación valoración veredicto",
        },
        [
            ("la correcta", WordRoles.AnswerNouns | WordRoles.Predicates),
            ("por lo tanto", Neutral | WordRoles.Conclusions),
            ("por tanto", Neutral | WordRoles.Conclusions),
            ("así que", Neutral | WordRoles.Conclusions
                | WordRoles.BeforeSubject),
            ("en conclusión", Neutral),
            ("en resumen", Neutral),
            ("sin duda", Neutral),
            ("sin embargo", WordRoles.Contrasts),
            ("ya que", WordRoles.Reasons | WordRoles.AfterLetter),
            ("me equivoqué", WordRoles.Retractions),
            ("estaba equivocado", WordRoles.Retractions),
            ("no estoy seguro", WordRoles.Retractions),
            ("no estoy segura", WordRoles.Retractions),
            ("tal vez", WordRoles.Tentative),
            ("a primera vista", WordRoles.Distance),
            ("todas excepto", WordRoles.Doubts),
            ("a diferencia de", WordRoles.AfterLetter | WordRoles.Reasons),
            ("siguiente pregunta", WordRoles.QuestionHeads),
            ("otra pregunta", WordRoles.QuestionHeads),
            ("no estoy de acuerdo", WordRoles.Retractions),
            ("no comparto", WordRoles.Retractions),
            ("discrepo", WordRoles.Retractions),
            ("en desacuerdo", WordRoles.Retractions),
            ("no me convence", WordRoles.Retractions),
            ("no es así", WordRoles.Retractions),
            ("no estoy convencido", WordRoles.Retractions),
            ("no estoy convencida", WordRoles.Retractions),
            ("tiene que ser", WordRoles.Pronouns | WordRoles.Copulas),
            ("debe ser", WordRoles.Pronouns | WordRoles.Copulas),
            ("ha de ser", WordRoles.Pronouns | WordRoles.Copulas),
            ("solo puede ser", WordRoles.Pronouns | WordRoles.Copulas),
            ("sólo puede ser", WordRoles.Pronouns | WordRoles.Copulas),
            ("tiene que tratarse de", WordRoles.Pronouns | WordRoles.Copulas),
            ("se trata de", WordRoles.Pronouns | WordRoles.Copulas),
            ("no puede ser otra que", WordRoles.Pronouns | WordRoles.Copulas),
            ("deja la", WordRoles.Leaving),
            ("deja solo la", WordRoles.Leaving),
            ("solo queda la", WordRoles.Leaving),
            ("únicamente queda", WordRoles.Leaving),
            ("no queda más que", WordRoles.Leaving),
            ("descarto todas menos", WordRoles.Leaving),
            ("no puedo decidir", WordRoles.Retractions),
            ("no puedo decidirme", WordRoles.Retractions),
            ("no sé cuál", WordRoles.Retractions),
            ("no puedo elegir", WordRoles.Retractions),
            ("no me decido", WordRoles.Retractions),
            ("no es posible decidir", WordRoles.Retractions),
            ("elección recae en", WordRoles.AnswerNouns | WordRoles.Copulas),
            ("apunta a", WordRoles.Evidence | WordRoles.EvidenceLinks),
            ("apuntan a", WordRoles.Evidence | WordRoles.EvidenceLinks),
            ("por descarte", Neutral),
            ("por eliminación", Neutral),
            ("por exclusión", Neutral),
            ("la única correcta", WordRoles.AnswerNouns | WordRoles.Predicates),
            ("única correcta", WordRoles.AnswerNouns | WordRoles.Predicates),
            ("opción que mejor", WordRoles.AnswerNouns),
            ("la que mejor", WordRoles.AnswerNouns),
            ("en definitiva", Neutral),
            ("en consecuencia", Neutral | WordRoles.Conclusions),
            ("al final", Neutral),
            ("sin lugar a dudas", Neutral),
            ("sin ninguna duda", Neutral),
            ("dicen que", WordRoles.Distance),
            ("se dice", WordRoles.Distance),
            ("parece ser que", WordRoles.Distance),
            ("la más probable es", WordRoles.AnswerNouns | WordRoles.Copulas),
            ("lo más probable es", WordRoles.AnswerNouns | WordRoles.Copulas),
            ("si bien", WordRoles.Concessions),
            ("de no ser", WordRoles.Conditions),
            ("a no ser", WordRoles.Conditions),
            ("ha sido anulada", WordRoles.Retractions),
            ("queda anulada", WordRoles.Retractions),
            ("ha sido retirada", WordRoles.Retractions),
            ("no queda otra que", WordRoles.Leaving),
            ("toca la", WordRoles.Leaving),
            ("o sea", Neutral | WordRoles.Conclusions | WordRoles.Corrections),
            ("no es otra que", WordRoles.Connectors | WordRoles.Copulas | WordRoles.Adverbs | WordRoles.SubjectCopulas),
            ("en lugar de", WordRoles.AfterLetter | WordRoles.Reasons | WordRoles.Negations),
            ("en vez de", WordRoles.AfterLetter | WordRoles.Reasons | WordRoles.Negations),
            ("vuelvo a mi primera idea", WordRoles.Leaving),
            ("punto final", Neutral),
            ("lo que tiene es", WordRoles.Pronouns | WordRoles.Copulas),
        ]);
}
