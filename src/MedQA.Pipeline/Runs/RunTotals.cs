using MedQA.Evaluation.Answering;

namespace MedQA.Pipeline.Runs;

/// <summary>Sums over questions that were answered.</summary>
public readonly record struct RunTotals
{
    /// <summary>Questions that are done: with an answer, without one, or failed.</summary>
    public int Done { get; init; }

    /// <summary>Those of them that infrastructure failed to answer: a retry can answer them.</summary>
    public int Failed { get; init; }

    /// <summary>Those of them that cannot be asked at all: too long for the model's context, or without options.</summary>
    public int Unaskable { get; init; }

    /// <summary>Those with a known right answer that did not fail.</summary>
    public int Graded { get; init; }

    /// <summary>Those answered rightly.</summary>
    public int Correct { get; init; }

    /// <summary>Reasonings whose answer was forced.</summary>
    public int ForcedVotes { get; init; }

    /// <summary>Reasonings.</summary>
    public int Votes { get; init; }

    /// <summary>Sum of the agreements of the graded questions.</summary>
    public double Agreement { get; init; }

    /// <summary>Tokens generated over all samples.</summary>
    public long GeneratedTokens { get; init; }

    /// <summary>Seconds that workers spent on questions.</summary>
    public double Seconds { get; init; }

    /// <summary>Requests that a model's service answered; 0 for models of the workers, as what follows.</summary>
    public long Requests { get; init; }

    /// <summary>Requests whose answer did not arrive, see <see cref="Evaluation.LanguageModels.TokenUsage.LostRequests"/>.</summary>
    public long LostRequests { get; init; }

    /// <summary>Tokens of prompts that the service counted, once for each request.</summary>
    public long CountedPromptTokens { get; init; }

    /// <summary>Generated tokens that the service counted.</summary>
    public long CountedCompletionTokens { get; init; }

    /// <summary>What those tokens cost; 0 also where the model has no prices.</summary>
    public double Cost { get; init; }

    /// <summary>The sums over one question.</summary>
    public static RunTotals Of(AnsweredQuestion answered)
    {
        ArgumentNullException.ThrowIfNull(answered);
        var graded = answered.Correct is not null;
        return new RunTotals
        {
            Done = 1,
            Failed = answered.Failure is { IsOfQuestion: false } ? 1 : 0,
            Unaskable = answered.Failure is { IsOfQuestion: true } ? 1 : 0,
            Graded = graded ? 1 : 0,
            Correct = answered.Correct == true ? 1 : 0,
            ForcedVotes = answered.ForcedVotes,
            Votes = answered.Reasonings.Length,
            Agreement = graded ? answered.Agreement : 0,
            GeneratedTokens = answered.GeneratedTokens,
            Seconds = answered.Seconds,
            Requests = answered.Usage?.Requests ?? 0,
            LostRequests = answered.Usage?.LostRequests ?? 0,
            CountedPromptTokens = answered.Usage?.PromptTokens ?? 0,
            CountedCompletionTokens = answered.Usage?.CompletionTokens ?? 0,
            Cost = (double)(answered.Usage?.Cost ?? 0),
        };
    }

    /// <summary>The sums over both.</summary>
    public static RunTotals operator +(RunTotals left, RunTotals right) => Add(left, right);

    /// <summary>The sums over both.</summary>
    public static RunTotals Add(RunTotals left, RunTotals right) => new()
    {
        Done = left.Done + right.Done,
        Failed = left.Failed + right.Failed,
        Unaskable = left.Unaskable + right.Unaskable,
        Graded = left.Graded + right.Graded,
        Correct = left.Correct + right.Correct,
        ForcedVotes = left.ForcedVotes + right.ForcedVotes,
        Votes = left.Votes + right.Votes,
        Agreement = left.Agreement + right.Agreement,
        GeneratedTokens = left.GeneratedTokens + right.GeneratedTokens,
        Seconds = left.Seconds + right.Seconds,
        Requests = left.Requests + right.Requests,
        LostRequests = left.LostRequests + right.LostRequests,
        CountedPromptTokens = left.CountedPromptTokens + right.CountedPromptTokens,
        CountedCompletionTokens = left.CountedCompletionTokens + right.CountedCompletionTokens,
        Cost = left.Cost + right.Cost,
    };
}
