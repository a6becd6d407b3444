namespace MedQA.Evaluation.Answering;

/// <summary>
/// The codes of <see cref="AnswerFailure"/> from answering itself, or that reports distinguish; the pipeline has more.
/// </summary>
public static class FailureCodes
{
    /// <summary>The question does not fit the model's context, even without worked examples.</summary>
    public const string ContextOverflow = "contextOverflow";

    /// <summary>The question took longer than the profile allows.</summary>
    public const string TimeLimit = "timeLimit";

    /// <summary>The profile's template cannot write the question.</summary>
    public const string Prompt = "prompt";

    /// <summary>The strategy needs options and the question has none.</summary>
    public const string NoOptions = "noOptions";

    /// <summary>All samples together are longer than what is stored of one question.</summary>
    public const string AnswerTooLong = "answerTooLong";

    /// <summary>A content filter of the model's service refused the question or withheld every answer.</summary>
    public const string ContentFilter = "contentFilter";

    /// <summary>The model's service answered with something that is not an answer, again and again.</summary>
    public const string BadAnswer = "badAnswer";

    /// <summary>
    /// Returns whether a code says that this profile and model cannot ask the question; else a machine failed, and a retry can help.
    /// </summary>
    public static bool AreOfQuestion(string code) =>
        code is ContextOverflow or Prompt or NoOptions or AnswerTooLong or ContentFilter;
}
