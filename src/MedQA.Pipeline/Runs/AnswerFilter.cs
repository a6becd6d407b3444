namespace MedQA.Pipeline.Runs;

/// <summary>Which answers of a run are wanted.</summary>
public enum AnswerFilter
{
    /// <summary>All.</summary>
    All,

    /// <summary>Those that are right.</summary>
    Correct,

    /// <summary>Those that are wrong, questions without an answer included.</summary>
    Wrong,

    /// <summary>Questions that infrastructure failed to answer, or that cannot be asked.</summary>
    Failed,

    /// <summary>Questions that the model gave no answer to.</summary>
    Unanswered,

    /// <summary>Those with at least one forced vote.</summary>
    Forced,

    /// <summary>Those chosen among options with equally many votes.</summary>
    Tie,

    /// <summary>Those for which less than half of the samples voted.</summary>
    LowAgreement,
}

/// <summary>The order of a list of answers. Answers that are equal in it are listed in the order of their questions.</summary>
public enum AnswerOrder
{
    /// <summary>In the order of the questions.</summary>
    Asked,

    /// <summary>
    /// The least agreement first; answers whose agreement says nothing (free answers, failed questions) come last.
    /// </summary>
    Agreement,

    /// <summary>By the name of the data set.</summary>
    Dataset,

    /// <summary>The longest answers first: those with the most generated tokens over all samples.</summary>
    Length,
}

/// <summary>What the filters mean.</summary>
internal static class AnswerFilters
{
    /// <summary>Whether a row passes.</summary>
    public static bool Passes(this AnswerFilter filter, AnswerRow row) => filter switch
    {
        AnswerFilter.All => true,
        AnswerFilter.Correct => row.Correct == true,
        AnswerFilter.Wrong => row.Correct == false,
        AnswerFilter.Failed => row.Failure is not null,
        AnswerFilter.Unanswered => row is { Answer: null, Failure: null, Options: > 0 },
        AnswerFilter.Forced => row.ForcedVotes > 0,
        AnswerFilter.Tie => row.Tie,
        AnswerFilter.LowAgreement => row is { Answer: not null, Agreement: < 0.5 },
        _ => throw new ArgumentOutOfRangeException(nameof(filter), filter, "Unknown filter."),
    };
}
