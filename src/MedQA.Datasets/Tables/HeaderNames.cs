using MedQA.Datasets.Answers;

namespace MedQA.Datasets.Tables;

/// <summary>The names by which tables and JSON records call the parts of a question. Case, spaces, underscores, hyphens, dots, colons and
/// brackets do not count. Where a file has several names of one part, the first in the list counts; of the gold answer all count and must
/// agree.</summary>
internal static class HeaderNames
{
    public static readonly string[] Question = ["question", "question_text", "stem", "query", "q", "text", "prompt", "problem"];

    /// <summary>What published sets call the question, where none of <see cref="Question"/> is there.</summary>
    public static readonly string[] PublishedQuestion = [
        "qtext",
        "full_question",
        "problem_text",
        "question_stem",
        "input",
        "sent1",
        "ctx"
    ];

    /// <summary>What sets call the question that they ask about a <see cref="Stem"/>.</summary>
    public static readonly string[] Asking = ["question", "lead_in", "lead_in_question"];

    /// <summary>Names of a question that hold what it is about where one of <see cref="Asking"/> is there too.</summary>
    public static readonly string[] Stem = ["stem", "question_stem"];

    public static readonly string[] Options =
        ["options", "choices", "endings", "option", "answer_options", "answer_choices", "alternatives", "candidates", "possible_answers"];

    /// <summary>A field that holds the options in some sets and the right answers in others: its values decide.</summary>
    public const string Answers = "answers";

    public static readonly string[] Id = ["id", "question_id", "qid", "uid", "uuid", "pmid"];
    public static readonly string[] Dataset = ["dataset", "data_set", "benchmark", "source"];
    public static readonly string[] Topic = [
        "topic",
        "subject",
        "category",
        "subject_name",
        "topic_name",
        "specialty",
        "question_type",
        "meta_info"
    ];
    public static readonly string[] Context =
    [
        "context", "abstract", "passage", "vignette", "background", "article", "premise", "clinical_case", "scenario", "story",
        "narrative", "text_passage", "reading_passage", "paragraph", "excerpt", "document", "case", "case_description",
        "case_presentation", "case_report", "clinical_note", "clinical_notes", "patient_note", "patient_notes", "patient_history",
        "history", "discharge_summary", "report", "conversation", "dialogue", "dialog", "transcript",
    ];
    /// <summary>Names of <see cref="Context"/> that hold a number or a file's name as often as a text.</summary>
    public static readonly string[] LooseContext = ["document", "case", "history", "report"];

    public static readonly string[] References = ["reference_answers", "reference_answer", "references", "ideal_answer", "long_answer"];

    /// <summary>Fields that may name the right option in any notation.</summary>
    public static readonly string[] Answer = [
        "answer",
        "correct_answer",
        "correct",
        "correct_option",
        "gold",
        "answer_key",
        "label",
        "target",
        "ans",
        "final_decision"
    ];

    /// <summary>Fields that name the right option by letter or number.</summary>
    public static readonly string[] AnswerIndex = ["answer_idx", "answer_index", "correct_idx", "correct_index", "cop", "ra"];

    public static readonly string[] AnswerLetter = ["answer_letter"];
    public static readonly string[] AnswerFromZero = ["answer_from_0"];
    public static readonly string[] AnswerFromOne = ["answer_from_1"];
    public static readonly string[] AnswerText = ["answer_text"];

    /// <summary>Fields that may name the right option in any notation, where none of the fields above is there.</summary>
    public static readonly string[] OtherAnswer =
    [
        "correct_choice", "right_answer", "right_option", "best_answer", "correct_answers", Answers, "gold_answer", "gold_label",
        "gold_index", "gold_idx",
        "ground_truth", "expected_answer", "correct_response", "correct_letter", "correct_answer_letter", "correct_answer_index",
        "correct_answer_idx",
        "correct_option_index", "correct_choice_index", "answer_label", "answer_option", "answer_choice", "answer_id", "correct_id",
        "target_idx",
        "ideal", "key", "solution",
    ];

    /// <summary>What precedes the letter in the names of option columns; the last family is the bare letter.</summary>
    public static readonly string[] LetteredOption =
        ["option_", "opt_", "op_", "choice_", "answer_", "options_", "choices_", "answers_", "ending_", "ans_", "选项", ""];

    /// <summary>What precedes the number, from 0 or from 1, in the names of option columns.</summary>
    public static readonly string[] NumberedOption =
        ["option_", "opt_", "choice_", "ending_", "op_", "options_", "choices_", "endings_", "answer_", "answers_", "ans_", "选项"];

    /// <summary>Names that mean a question only beside options: alone they are found in tables of anything.</summary>
    public static readonly string[] QuestionOnlyWithOptions = ["text", "prompt", "problem", "input", "sent1", "ctx"];

    /// <summary>The names of the gold answer with the notations that each allows.</summary>
    public static IEnumerable<(string Name, AnswerNotations Allowed)> Gold { get; } =
    [
        .. Answer.Select(static name => (name, AnswerNotations.Any)),
        .. AnswerIndex.Select(static name => (name, AnswerNotations.Index)),
        .. AnswerLetter.Select(static name => (name, AnswerNotations.Letter)),
        .. AnswerFromZero.Select(static name => (name, AnswerNotations.FromZero)),
        .. AnswerFromOne.Select(static name => (name, AnswerNotations.FromOne)),
        .. AnswerText.Select(static name => (name, AnswerNotations.Text)),
    ];

    /// <summary>The names of the gold answer where none of <see cref="Gold"/> is there.</summary>
    public static IEnumerable<(string Name, AnswerNotations Allowed)> OtherGold { get; } = [.. OtherAnswer.Select(
        static name => (name, AnswerNotations.Any))];

    /// <summary>Properties in which some sets wrap the question with its options.</summary>
    public static readonly string[] Wrappers = ["data", "doc", "record", "sample", "row", "item", "example", "question", "qa"];

    /// <summary>Returns whether a name is one of a question's.</summary>
    public static bool IsQuestion(string name) => IsOf(Plain(name), Question) || IsOf(Plain(name), PublishedQuestion);

    /// <summary>Returns whether a name without what does not count is one of a question, its options or its answer.</summary>
    public static bool IsRead(string plain) =>
        IsQuestion(plain) || IsOf(plain, Options) || IsOf(plain, References) || IsOf(plain, OtherAnswer)
        || Gold.Any(gold => Plain(gold.Name) == plain);

    /// <summary>Returns whether one of some names is a question's.</summary>
    public static bool IsHeader(IReadOnlyList<string> names) => names.Any(IsQuestion);

    /// <summary>Returns whether a row with one text in several fields is a title rather than a header.</summary>
    public static bool IsTitle(IReadOnlyList<string> fields) => fields.Count(static field => !string.IsNullOrWhiteSpace(field)) == 1;

    /// <summary>Returns whether a name is one of <see cref="Wrappers"/>.</summary>
    public static bool IsWrapper(string name) => IsOf(Plain(name), Wrappers);

    /// <summary>Returns whether a name without what does not count is one of a list.</summary>
    public static bool IsOf(string plain, string[] names) => Array.Exists(names, name => Plain(name) == plain);

    /// <summary>
    /// Returns whether a name is that of an option's label: its own with "label" or "letter", as option_1_label or label_1.
    /// </summary>
    /// <param name="name">The name.</param>
    /// <param name="option">The name of the option's column.</param>
    public static bool IsLabelOf(string name, string option) =>
        Plain(name) is var plain && Plain(option) is { Length: > 0 } whole
        && Array.Exists(Labels, label => plain == whole + label || plain == label + whole || plain == label + whole[^1]);

    private static readonly string[] Labels = ["label", "letter"];

    /// <summary>
    /// Returns a name without what does not count: white space, line feeds, underscores, hyphens, dots, colons, brackets, marks of order
    /// and emphasis.
    /// </summary>
    public static string Plain(string name) =>
        string.Concat(
            name.Where(
                static c => !char.IsWhiteSpace(c)
                    && c is not ('_' or '-' or '.' or ':' or '(' or ')' or '[' or ']' or '*' or '\uFEFF' or '\u200B')))
            .ToLowerInvariant();
}
