using MedQA.Datasets.Answers;

namespace MedQA.Datasets.Tables;

/// <summary>The names by which tables and JSON records call the parts of a question. Case, spaces, underscores, hyphens and dots do not count.
/// Where a file has several names of one part, the first in the list counts; of the gold answer all count and must agree.</summary>
internal static class HeaderNames
{
    public static readonly string[] Question = ["question", "question_text", "stem", "query", "q", "text", "prompt", "problem"];
    public static readonly string[] Options = ["options", "choices", "endings"];
    public static readonly string[] Id = ["id", "question_id", "qid", "uid", "uuid", "pmid"];
    public static readonly string[] Dataset = ["dataset", "data_set", "benchmark", "source"];
    public static readonly string[] Topic = ["topic", "subject", "category", "subject_name", "topic_name", "specialty", "question_type", "meta_info"];
    public static readonly string[] Context = ["context", "abstract", "passage", "vignette", "background"];
    public static readonly string[] References = ["reference_answers", "reference_answer", "references", "ideal_answer", "long_answer"];

    /// <summary>Fields that may name the right option in any notation.</summary>
    public static readonly string[] Answer = ["answer", "correct_answer", "correct", "correct_option", "gold", "answer_key", "label", "target", "ans", "final_decision"];

    /// <summary>Fields that name the right option by letter or number.</summary>
    public static readonly string[] AnswerIndex = ["answer_idx", "answer_index", "correct_idx", "correct_index", "cop"];

    public static readonly string[] AnswerLetter = ["answer_letter"];
    public static readonly string[] AnswerFromZero = ["answer_from_0"];
    public static readonly string[] AnswerFromOne = ["answer_from_1"];
    public static readonly string[] AnswerText = ["answer_text"];

    /// <summary>What stands before the letter in the names of option columns; the last family is the bare letter.</summary>
    public static readonly string[] LetteredOption = ["option_", "opt_", "op_", "choice_", "answer_", ""];

    /// <summary>What stands before the number, from 0 or from 1, in the names of option columns.</summary>
    public static readonly string[] NumberedOption = ["option_", "opt_", "choice_", "ending_"];

    /// <summary>Names that mean a question only beside options: alone they are found in tables of anything.</summary>
    public static readonly string[] QuestionOnlyWithOptions = ["text", "prompt", "problem"];

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

    /// <summary>A name without what does not count.</summary>
    public static string Plain(string name) =>
        string.Concat(name.Where(static c => c is not (' ' or '_' or '-' or '.' or '\t' or '\uFEFF'))).ToLowerInvariant();
}
