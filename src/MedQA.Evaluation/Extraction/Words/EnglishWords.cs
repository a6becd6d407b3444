namespace MedQA.Evaluation.Extraction.Words;

/// <summary>English.</summary>
internal static class EnglishWords
{
    private const WordRoles Neutral = WordRoles.Connectors | WordRoles.Adverbs | WordRoles.Leads | WordRoles.DecisionConnectors;

    public static LanguageWords All { get; } = new(
        new Dictionary<WordRoles, string>
        {
            [WordRoles.AnswerNouns] = "answer answers ans boxed fbox answer_idx answer_index final_answer answer's winner "
                + "answr anwser ansewr awnser",
            [WordRoles.ChoiceNouns] =
                "option choice selection response pick conclusion solution verdict letter prediction final key guess correct best "
                + "decision label match fit result output",
            [WordRoles.Praise] =
                "correct right best final my chosen selected appropriate likely only preferred strongest accurate better predicted "
                + "remaining fitting suitable plausible logical definitive ultimate true actual single overall one two resulting real "
                + "revised corrected updated amended intended teh",
            [WordRoles.Disqualifiers] =
                "wrong incorrect not no tempting common initial first previous original earlier another other alternative your isn't "
                + "nor never second false usual typical popular expected his her their old former provisional sample example excluded "
                + "rejected worst reference least next given published official stated listed wrongly less obvious any",
            [WordRoles.BeforeVerb] =
                "to can cannot can't could couldn't we i you please not don't won't i'll let's help would might may should will must "
                + "people students i'd",
            [WordRoles.Connectors] =
                "is are was be being would will should must has to the a an most likely probably best correct right final therefore "
                + "thus hence then so clearly definitely certainly obviously indeed simply option choice answer letter here this that "
                + "question for of following above these given case actually appropriate text textbf mathrm mathbf boxed choose select "
                + "i think believe it it's only key which again still single provided namely ultimately really number sure certain "
                + "argmax max unquestionably undeniably unmistakably unequivocally indisputably decidedly",
            [WordRoles.Copulas] = "is was are be remains becomes equals it's that's answer's",
            [WordRoles.SubjectCopulas] =
                "is was are would must should seems appears remains looks has stands can cannot can't isn't wasn't aren't could might "
                + "may will won't wouldn't does doesn't do had",
            [WordRoles.Adverbs] =
                "therefore thus hence then clearly definitely certainly indeed the be to a an most likely probably my our best "
                + "single only by far actually still more very overall out as surely obviously undoubtedly purposes unquestionably "
                + "undeniably unmistakably unequivocally indisputably decidedly been",
            [WordRoles.Predicates] = "correct right wins",
            [WordRoles.Superlatives] =
                "best most appropriate likely preferred strongest accurate correct right only better alone suitable",
            [WordRoles.PredicateNouns] = "answer choice option response one pick selection solution left remaining",
            [WordRoles.Topics] =
                "diagnosis cause explanation treatment therapy drug agent medication management step test study investigation "
                + "intervention option choice answer finding mechanism organism pathogen culprit candidate complication location site "
                + "factor fit match procedure approach action response next one question initial",
            [WordRoles.Tentative] = "could may might can possibly perhaps maybe potentially seems appears looks seem appear look",
            [WordRoles.Negations] =
                "not never neither nor cannot can't isn't aren't wasn't won't wouldn't couldn't shouldn't doesn't don't didn't except "
                + "excluding excludes unlikely incorrect wrong rather instead hardly avoid nobody none few dont cant wont isnt doesnt "
                + "nto",
            [WordRoles.Wrong] =
                "incorrect wrong false mistaken inaccurate outdated untrue invalid mistake error misconception trap distractor "
                + "fallacy myth withdrawn retracted annulled voided rescinded revoked",
            [WordRoles.Doubts] =
                "doubt doubtful unconvinced mistake error misconception myth fallacy trap tempting tempted misleading wrongly "
                + "mistakenly erroneously incorrectly false mistaken impossible rule ruled ruling eliminate eliminated exclude excluded "
                + "unable refuse nothing",
            [WordRoles.No] = "no",
            [WordRoles.Plurals] = "either both between whether any among one options choices alternatives letters",
            [WordRoles.Conditions] = "if unless assuming suppose supposing provided whether were had assume assumed",
            [WordRoles.Concessions] = "although though while whereas",
            [WordRoles.Conclusions] = "therefore thus hence so consequently accordingly",
            [WordRoles.Reasons] =
                "because since as which who that due given and but so therefore thus hence while whereas where when for in to with",
            [WordRoles.Decisions] = "choose chose chosen choosing select selecting selected pick picking picked",
            [WordRoles.OwnDecisions] =
                "say answer answering mean meant think believe suspect favor favour guess mark prefer argue take give start "
                + "administer prescribe recommend order add",
            [WordRoles.ParticleVerbs] = "go going stick sticking opt opting vote voting settle settled settling lean leaning argue",
            [WordRoles.DecisionParticles] = "with for on toward towards",
            [WordRoles.DecisionConnectors] =
                "option choice answer letter the would be is as that it's it number to instead rather us unquestionably undeniably "
                + "unmistakably unequivocally indisputably decidedly",
            [WordRoles.Auxiliaries] =
                "would will should must have to still ultimately finally definitely probably going do be like most confidently best "
                + "then therefore thus so hence now strongly only just had also here can am are shall keep",
            [WordRoles.Obligations] = "should must ought advisable",
            [WordRoles.Past] = "was were initially originally first once earlier previously almost nearly tempted initially been",
            [WordRoles.Corrections] = "but rather instead read",
            [WordRoles.Contrasts] = "but however yet nevertheless nonetheless instead",
            [WordRoles.AfterLetter] =
                "is was are be because since as due and but which who that for in on with given so therefore thus hence if unless "
                + "when while where would will should must can cannot has have not or by from to explanation reason reasoning "
                + "rationale note the this these those it its at among of based here only correct definitely final option choice "
                + "although though however i we most best both confidence rather than seems appears remains looks over stands fits "
                + "explains matches accounts accurately can't isn't wasn't wrong incorrect instead above does doesn't could might may "
                + "it's except wins alone read",
            [WordRoles.BeforeSubject] =
                "option options choice choices answer letter so therefore thus hence and but because since as that conclude believe "
                + "think however only consequently is clearly while although though if say saying yet makes actually then means implies "
                + "shows confirms follows establishes demonstrates proves confident sure certain convinced clear obvious evident "
                + "apparent",
            [WordRoles.Evidence] =
                "likely appropriate best correct diagnosis suggests suggest suggesting indicates indicate indicating consistent "
                + "points point pointing corresponds matches supports therefore thus hence conclusion overall confirms favors culprit "
                + "responsible suitable dx",
            [WordRoles.EvidenceLinks] =
                "is be remains to with toward towards suggests suggest suggesting indicates indicate indicating supports confirms "
                + "favors favor matches",
            [WordRoles.Persons] =
                "some many others people students student experts critics textbook guideline guidelines colleague colleagues "
                + "resident attending friend examiner examiners novice novices layperson laypeople physician physicians doctor doctors "
                + "cardiologist clinician clinicians he she they everyone everybody nobody someone somebody anyone author authors "
                + "teacher professor candidates examinees sources websites internet source pharmacist nurse consultant supervisor "
                + "registrar mentor tutor intern peer peers classmate "
                + "tutors teachers residents mentors interns nurses professors consultants readers raters judges graders",
            [WordRoles.Speech] =
                "say says said saying argue argues argued think thinks thought believe believes believed choose chooses chose chosen "
                + "pick picks picked select selects selected answers answered claim claims claimed favor favors favored expect expects "
                + "expected prefer prefers write writes wrote marked consider considers considered teach teaches guess guesses guessed "
                + "opt opts assume assumes assumed conclude concludes concluded recommend recommends recommended insist insists",
            [WordRoles.Distance] =
                "example instance format template traditionally previously formerly historically initially originally naive naïve "
                + "naively superficially superficial glance sight instinct tempting according claim claims notion idea belief "
                + "assumption supposedly allegedly reportedly hypothetically arguably ostensibly guideline editions edition says said "
                + "told tells argues argued claimed thinks thought believes believed insists insisted wrote writes maintains taught "
                + "teaches accordingly form phrase pattern style syntax wording sentence slogan statement assertion hypothesis "
                + "pharmacist yesterday",
            [WordRoles.FirstPerson] = "i we i'd i'll i'm i've we'd we'll we're we've let's",
            [WordRoles.Interjections] = "hmm wait oops correction edit update erratum apologies apologize whoops sorry "
                + "withdrawn retracted annulled voided rescinded revoked corrigendum errata",
            [WordRoles.Leads] =
                "therefore thus hence so consequently accordingly probably likely definitely clearly overall finally ergo obviously "
        + "surely certainly actually rather option choice correction only sorry edit conclusion update perhaps yes "
        + "unquestionably undeniably unmistakably unequivocally indisputably decidedly",
            [WordRoles.Pronouns] = "this that it which it's that's",
            [WordRoles.Approvals] = "correct right true yes ✓ ✔ ✅ ☑ 🗸 accept accepted keep kept appropriate indicated ○ ⭕ ◯ 🟩 🟢 t",
            [WordRoles.Rejections] =
                "incorrect wrong false no ✗ ✘ ❌ ✖ ☒ 🗙 reject rejected inappropriate contraindicated excluded eliminated 🟥 🔴 f",
            [WordRoles.Fits] = "fits explains matches accounts satisfies fit",
            [WordRoles.Leaving] = "leaving leaves",
            [WordRoles.QuestionHeads] =
                "question q user human context instruction problem exercise passage abstract vignette patient case scenario task item "
                + "prompt",
            [WordRoles.Restrictions] =
                "in for when with during only where among than at after before until to from of above by on has have",
            [WordRoles.ThisCase] =
                "this these our her his both all it conclusion summary short light view fact several two three many reasons me us "
                + "accordance keeping line above such absence presence setting context given present described listed",
            [WordRoles.Articles] = "the a an teh",
            [WordRoles.Only] = "only",
            [WordRoles.Makers] = "makes make making considering",
            [WordRoles.Joins] = "and or nor plus",
            [WordRoles.Verdicts] =
                "correct answer fit fits match matches verdict best right likely plausible consistent choice status judgment "
                + "judgement assessment evaluation conclusion",
            [WordRoles.OptionNouns] = "option choice answer",
            [WordRoles.Hypothetical] = "would might could may can",
            [WordRoles.NegationsBehind] = "except excepting too",
            [WordRoles.PredicatesBehind] = "wins",
        },
        [
            ("no doubt", Neutral), ("without a doubt", Neutral), ("without doubt", Neutral), ("without any doubt", Neutral),
                ("beyond doubt", Neutral), ("little doubt", Neutral), ("beyond any doubt", Neutral),
            ("without question", Neutral), ("beyond question", Neutral), ("of course", Neutral), ("in my opinion", Neutral),
                ("in my view", Neutral), ("in my judgment", Neutral), ("in fact", Neutral),
            ("as i said before", Neutral), ("as i said", Neutral), ("as stated above", Neutral), ("as mentioned", Neutral),
                ("in conclusion", Neutral), ("in summary", Neutral), ("in short", Neutral), ("by elimination", Neutral),
            ("by exclusion", Neutral), ("by process of elimination", Neutral), ("to conclude", Neutral), ("to summarize", Neutral),
                ("to sum up", Neutral), ("all in all", Neutral), ("all things considered", Neutral),
            ("not surprisingly", Neutral), ("in the end", Neutral), ("on balance", Neutral), ("in this case", Neutral | WordRoles.ThisCase),
                ("among these", Neutral), ("of these", Neutral | WordRoles.ThisCase), ("by far", Neutral | WordRoles.AfterLetter),
                    ("without hesitation", Neutral),
            ("not only", Neutral), ("to me", Neutral), ("most likely", Neutral | WordRoles.Superlatives | WordRoles.Praise
                | WordRoles.Evidence), ("due to", WordRoles.Reasons | WordRoles.AfterLetter),
            ("left with", WordRoles.Leaving), ("used to be", WordRoles.Distance), ("used to think", WordRoles.Distance),
                ("used to believe", WordRoles.Distance), ("on closer inspection", Neutral), ("on reflection", Neutral),
                    ("on second look", Neutral), ("leads us to", WordRoles.Evidence | WordRoles.EvidenceLinks),
                        ("brings us to", WordRoles.Evidence | WordRoles.EvidenceLinks),
                            ("points us to", WordRoles.Evidence | WordRoles.EvidenceLinks), ("sample output", WordRoles.Distance),
                                ("sample answer", WordRoles.Distance), ("sample response", WordRoles.Distance),
                                    ("e . g", WordRoles.Distance), ("so is", WordRoles.Joins), ("so are", WordRoles.Joins),
                                        ("as well", WordRoles.NegationsBehind), ("hold on", WordRoles.Retractions),
                                            ("scratch that", WordRoles.Retractions), ("take that back", WordRoles.Retractions),
                                                ("take it back", WordRoles.Retractions), ("strike that", WordRoles.Retractions),
            ("changed to", WordRoles.Retractions | WordRoles.Leads), ("changing my answer", WordRoles.Retractions | WordRoles.AnswerNouns),
                ("change my answer", WordRoles.Retractions | WordRoles.AnswerNouns), ("i was wrong", WordRoles.Retractions),
            ("i am wrong", WordRoles.Retractions), ("i was mistaken", WordRoles.Retractions), ("i stand corrected", WordRoles.Retractions),
                ("not sure", WordRoles.Retractions), ("not certain", WordRoles.Retractions),
            ("so i thought", WordRoles.Retractions), ("second thought", WordRoles.Retractions), ("second thoughts", WordRoles.Retractions),
                ("never mind", WordRoles.Retractions), ("my mistake", WordRoles.Retractions),
            ("my bad", WordRoles.Retractions), ("can't be right", WordRoles.Retractions | WordRoles.Wrong),
                ("cannot be right", WordRoles.Retractions | WordRoles.Wrong), ("can't be correct", WordRoles.Retractions | WordRoles.Wrong),
            ("cannot be correct", WordRoles.Retractions | WordRoles.Wrong), ("this contradicts", WordRoles.Retractions),
                ("that contradicts", WordRoles.Retractions), ("i disagree", WordRoles.Retractions),
                    ("i meant", WordRoles.Retractions | WordRoles.Leads), ("let me reconsider", WordRoles.Retractions),
                        ("let me rethink", WordRoles.Retractions),
            ("let me correct", WordRoles.Retractions), ("made a mistake", WordRoles.Retractions), ("made an error", WordRoles.Retractions),
                ("i misread", WordRoles.Retractions), ("i misspoke", WordRoles.Retractions),
            ("that changes things", WordRoles.Retractions), ("that changes everything", WordRoles.Retractions),
                ("they are wrong", WordRoles.Retractions), ("they are mistaken", WordRoles.Retractions),
            ("most people", WordRoles.Persons), ("most students", WordRoles.Persons), ("most would", WordRoles.Persons),
                ("one might", WordRoles.Persons), ("one may", WordRoles.Persons), ("one could", WordRoles.Persons),
                    ("one would", WordRoles.Persons), ("one thinks", WordRoles.Persons | WordRoles.Speech),
            ("you might", WordRoles.Persons), ("you may", WordRoles.Persons), ("key says", WordRoles.Persons | WordRoles.Speech),
                ("ask a", WordRoles.Persons), ("first thought", WordRoles.Distance), ("at first", WordRoles.Distance),
                    ("such as", WordRoles.Distance), ("well known", WordRoles.None),
                        ("as well as", WordRoles.Joins | WordRoles.AfterLetter),
            ("and then", WordRoles.Joins | WordRoles.AfterLetter), ("next question", WordRoles.QuestionHeads),
                ("another question", WordRoles.QuestionHeads), ("new question", WordRoles.QuestionHeads),
            ("follow-up question", WordRoles.QuestionHeads), ("rather than", WordRoles.AfterLetter | WordRoles.Reasons
                | WordRoles.Negations), ("rule out", WordRoles.Doubts),
                ("of choice", WordRoles.Evidence | WordRoles.Topics | WordRoles.Predicates),
            ("likelihood that", WordRoles.Distance),
            ("probability that", WordRoles.Distance),
            ("chance that", WordRoles.Distance),
            ("chances that", WordRoles.Distance),
            ("odds that", WordRoles.Distance),
            ("possibility that", WordRoles.Distance),
            ("risk that", WordRoles.Distance),
            ("do not agree", WordRoles.Retractions),
            ("don't agree", WordRoles.Retractions),
            ("cannot agree", WordRoles.Retractions),
            ("can't agree", WordRoles.Retractions),
            ("not agree", WordRoles.Retractions),
            ("beg to differ", WordRoles.Retractions),
            ("do not share", WordRoles.Retractions),
            ("don't share", WordRoles.Retractions),
            ("not convincing", WordRoles.Retractions),
            ("disagree with", WordRoles.Retractions),
            ("i dispute", WordRoles.Retractions),
            ("not persuaded", WordRoles.Retractions),
            ("a few", WordRoles.Persons),
            ("some would", WordRoles.Persons),
            ("not indicated", WordRoles.Rejections | WordRoles.Negations),
            ("not appropriate", WordRoles.Rejections | WordRoles.Negations),
            ("not correct", WordRoles.Rejections | WordRoles.Negations | WordRoles.Wrong),
            ("makes it", WordRoles.Leaving),
            ("make it", WordRoles.Leaving),
            ("that leaves", WordRoles.Leaving),
            ("this leaves", WordRoles.Leaving),
            ("we are left with", WordRoles.Leaving),
            ("tips the balance to", WordRoles.Leaving),
            ("settles on", WordRoles.Decisions | WordRoles.DecisionConnectors),
            ("return to", WordRoles.Decisions | WordRoles.DecisionConnectors),
            ("revert to", WordRoles.Decisions | WordRoles.DecisionConnectors),
            ("go back to", WordRoles.Decisions | WordRoles.DecisionConnectors),
            ("come back to", WordRoles.Decisions | WordRoles.DecisionConnectors),
            ("stay with", WordRoles.Decisions | WordRoles.DecisionConnectors),
            ("stick to", WordRoles.Decisions | WordRoles.DecisionConnectors),
            ("commit to", WordRoles.Decisions | WordRoles.DecisionConnectors),
            ("tips the balance toward", WordRoles.Leaving),
            ("tips the balance towards", WordRoles.Leaving),
            ("none other than", WordRoles.Connectors | WordRoles.Adverbs),
            ("nothing but", WordRoles.Connectors | WordRoles.Adverbs),
            ("no other than", WordRoles.Connectors | WordRoles.Adverbs),
            ("calls for", WordRoles.Evidence | WordRoles.EvidenceLinks),
            ("call for", WordRoles.Evidence | WordRoles.EvidenceLinks),
            ("argues for", WordRoles.Evidence | WordRoles.EvidenceLinks),
            ("argue for", WordRoles.Evidence | WordRoles.EvidenceLinks),
            ("speaks for", WordRoles.Evidence | WordRoles.EvidenceLinks),
            ("speak for", WordRoles.Evidence | WordRoles.EvidenceLinks),
            ("points to", WordRoles.Evidence | WordRoles.EvidenceLinks),
            ("favours", WordRoles.Evidence | WordRoles.EvidenceLinks),
            ("settles it for me", WordRoles.Leaving),
            ("settles it", WordRoles.Leaving),
            ("my money is on", WordRoles.Leaving),
            ("my vote goes to", WordRoles.Leaving),
            ("my vote is for", WordRoles.Leaving),
            ("action input", WordRoles.AnswerNouns),
            ("correct value", WordRoles.AnswerNouns),
            ("one that fits", WordRoles.AnswerNouns),
            ("total wins", WordRoles.AnswerNouns),
            ("score wins", WordRoles.AnswerNouns),
            ("confident in", WordRoles.Decisions | WordRoles.DecisionConnectors),
            ("what i would pick", WordRoles.Predicates),
            ("what i would choose", WordRoles.Predicates),
            ("what i would select", WordRoles.Predicates),
            ("what i'd pick", WordRoles.Predicates),
            ("what i'd choose", WordRoles.Predicates),
            ("what i choose", WordRoles.Predicates),
            ("gets my vote", WordRoles.Predicates | WordRoles.PredicatesBehind | WordRoles.AfterLetter),
            ("should be chosen", WordRoles.Predicates | WordRoles.PredicatesBehind | WordRoles.AfterLetter),
            ("should be selected", WordRoles.Predicates | WordRoles.PredicatesBehind | WordRoles.AfterLetter),
            ("in contrast to", WordRoles.Reasons | WordRoles.AfterLetter | WordRoles.Negations),
            ("easy to", WordRoles.Distance),
            ("natural to", WordRoles.Distance),
            ("common to", WordRoles.Distance),
            ("tempting to", WordRoles.Distance),
            ("one's first", WordRoles.Distance),
            ("quick to", WordRoles.Distance),
            ("won't commit", WordRoles.Retractions),
            ("will not commit", WordRoles.Retractions),
            ("can't commit", WordRoles.Retractions),
            ("cannot commit", WordRoles.Retractions),
            ("can't decide", WordRoles.Retractions),
            ("cannot decide", WordRoles.Retractions),
            ("can't choose", WordRoles.Retractions),
            ("cannot choose", WordRoles.Retractions),
            ("can't settle", WordRoles.Retractions),
            ("cannot settle", WordRoles.Retractions),
            ("don't know which", WordRoles.Retractions),
            ("do not know which", WordRoles.Retractions),
            ("refuse to answer", WordRoles.Retractions),
            ("won't answer", WordRoles.Retractions),
            ("toss-up", WordRoles.Retractions),
            ("not sure which", WordRoles.Retractions),
            ("remain undecided", WordRoles.Retractions),
            ("am undecided", WordRoles.Retractions),
            ("impossible to say", WordRoles.Retractions),
            ("can't tell which", WordRoles.Retractions),
            ("cannot tell which", WordRoles.Retractions),
            ("that said", WordRoles.Contrasts),
            ("having said that", WordRoles.Contrasts),
            ("that being said", WordRoles.Contrasts),
            ("switching to", WordRoles.Retractions | WordRoles.Leads),
            ("switch to", WordRoles.Retractions | WordRoles.Leads),
            ("changing to", WordRoles.Retractions | WordRoles.Leads),
            ("point to", WordRoles.Evidence | WordRoles.EvidenceLinks),
            ("pointing to", WordRoles.Evidence | WordRoles.EvidenceLinks),
            ("coming back to", WordRoles.Decisions | WordRoles.DecisionConnectors),
            ("narrows it to", WordRoles.Leaving),
            ("narrows it down to", WordRoles.Leaving),
            ("narrows down to", WordRoles.Leaving),
            ("brings me to", WordRoles.Leaving),
            ("leads me to", WordRoles.Leaving),
            ("among the given choices", Neutral),
            ("among the choices", Neutral),
            ("among the options", Neutral),
            ("of the given options", Neutral),
            ("among the given options", Neutral),
            ("among the listed options", Neutral),
            ("of the options", Neutral),
            ("of the options listed", Neutral),
            ("among the options listed", Neutral),
            ("of the listed options", Neutral),
            ("given the above", Neutral),
            ("in light of this", Neutral),
            ("based on this", Neutral),
            ("based on the above", Neutral),
            ("for these reasons", Neutral),
            ("for this reason", Neutral),
            ("taken together", Neutral),
            ("as a result", Neutral),
            ("in sum", Neutral),
            ("bottom line", Neutral),
            ("safe to say", Neutral | WordRoles.BeforeSubject),
            ("next step is", WordRoles.Evidence | WordRoles.EvidenceLinks),
            ("rumor has it", WordRoles.Distance),
            ("rumour has it", WordRoles.Distance),
            ("word has it", WordRoles.Distance),
            ("were it not", WordRoles.Conditions),
            ("if not for", WordRoles.Conditions),
            ("had it not", WordRoles.Conditions),
            ("but for the", WordRoles.Conditions),
            ("no longer valid", WordRoles.Retractions),
            ("no longer stands", WordRoles.Retractions),
            ("no longer stand", WordRoles.Retractions),
            ("majority vote", WordRoles.AnswerNouns),
            ("final version", WordRoles.AnswerNouns),
            ("full text", WordRoles.AnswerNouns),
            ("my pick", WordRoles.AnswerNouns | WordRoles.Predicates),
            ("my choice", WordRoles.AnswerNouns | WordRoles.Predicates),
            ("my vote", WordRoles.Predicates),
            ("end of story", Neutral),
            ("case closed", Neutral),
            ("full stop", Neutral),
            ("that is to say", Neutral),
            ("fill in bubble", WordRoles.Decisions | WordRoles.DecisionConnectors),
            ("bubble in", WordRoles.Decisions | WordRoles.DecisionConnectors),
            ("diagnosis asked for", WordRoles.AnswerNouns),
            ("majority is wrong", WordRoles.Retractions),
            ("what i see is", WordRoles.Pronouns | WordRoles.Copulas),
            ("what we see is", WordRoles.Pronouns | WordRoles.Copulas),
            ("what we have is", WordRoles.Pronouns | WordRoles.Copulas),
            ("what we have here is", WordRoles.Pronouns | WordRoles.Copulas),
            ("what she has is", WordRoles.Pronouns | WordRoles.Copulas),
            ("what he has is", WordRoles.Pronouns | WordRoles.Copulas),
            ("about to say", WordRoles.Distance),
            ("could say", WordRoles.Distance),
            ("could argue", WordRoles.Distance),
            ("could claim", WordRoles.Distance),
        ]);
}
