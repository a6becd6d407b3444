namespace MedQA.Evaluation.Answering;

/// <summary>The codes of <see cref="AnswerFailure"/> that answering itself gives; the pipeline has more.</summary>
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
}
