using System.Collections.Immutable;
using System.Globalization;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Strategies;

namespace MedQA.Evaluation.Verifying;

/// <summary>
/// Checks whether a stored answer is what the model gives. If the same engine answered it, the question is answered again and must match
/// bit for bit; otherwise the strategy runs on the stored samples, and the model must give them their stored log-likelihoods: text
/// that the model did not draw differs by a nat per token or more.
/// </summary>
public static class AnswerVerifier
{
    /// <summary>The largest deviation, in nats per token, that other kernels and float16 caches explain.</summary>
    public const double DefaultTolerance = 0.05;

    /// <summary>Verifies an answer.</summary>
    /// <param name="model">The model that the run asked.</param>
    /// <param name="protocol">How the run asked.</param>
    /// <param name="question">What it asked.</param>
    /// <param name="stored">What it stored; not one that infrastructure failed to answer.</param>
    /// <param name="tolerance">The largest deviation that counts as equal, in nats per token; where bits are compared it does not
    /// matter.</param>
    /// <param name="time">The clock for the profile's time limit.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public static async Task<AnswerVerification> VerifyAsync(
        ILanguageModel model,
        Protocol protocol,
        Question question,
        AnsweredQuestion stored,
        double tolerance,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(protocol);
        ArgumentNullException.ThrowIfNull(stored);
        if (stored.Failure is { } failure)
        {
            throw new ArgumentException(
                $"Question {stored.Id} was not answered ({failure.Code}), so there is nothing to verify.", nameof(stored));
        }

        if (stored.EngineFingerprint == model.Description.EngineFingerprint)
        {
            var again = await QuestionAnswerer.AnswerAsync(model, protocol, question, stored.Ordinal, time, cancellationToken);
            return Result(stored, VerificationKind.SameBits, Difference(stored, again, 0), 0);
        }

        var samples = new StoredSampleModel(model, stored);
        var judged = await QuestionAnswerer.AnswerAsync(
            samples, protocol.AsAsked(stored, question), question, stored.Ordinal, time, cancellationToken);
        var deviation = Math.Max(samples.LargestDeviation, OptionDeviation(stored, judged));
        var difference = samples.Fault ?? Difference(stored, judged, tolerance)
            ?? (deviation <= tolerance
                ? null
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"the model gives {samples.Worst ?? "an option"} a log-likelihood that differs by {deviation:0.###} nats a token"));
        return Result(stored, VerificationKind.LogLikelihoods, difference, deviation);
    }

    /// <summary>
    /// Verifies an answer of a model behind an endpoint as far as that is possible without asking it: that the stored votes and answer
    /// follow from the stored samples.
    /// </summary>
    /// <param name="protocol">How the run asked.</param>
    /// <param name="question">What it asked.</param>
    /// <param name="stored">What it stored; not one that infrastructure failed to answer.</param>
    /// <param name="time">The clock for the profile's time limit.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public static async Task<AnswerVerification> RecountAsync(
        Protocol protocol, Question question, AnsweredQuestion stored, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(protocol);
        ArgumentNullException.ThrowIfNull(stored);
        var recorded = new RecordedModel(stored);
        var again = await QuestionAnswerer.AnswerAsync(
            recorded, protocol.AsAsked(stored, question), question, stored.Ordinal, time, cancellationToken);
        return Result(stored, VerificationKind.Recounted, recorded.Fault ?? Difference(WithoutTokens(stored), again, 0), 0);
    }

    private static AnsweredQuestion WithoutTokens(AnsweredQuestion stored) =>
        stored with { Reasonings = [.. stored.Reasonings.Select(static reasoning => reasoning with { Tokens = [] })] };

    private static AnswerVerification Result(AnsweredQuestion stored, VerificationKind kind, string? difference, double deviation) => new()
    {
        Ordinal = stored.Ordinal,
        Id = stored.Id,
        Kind = kind,
        Samples = stored.Reasonings.Length,
        Difference = difference,
        LargestDeviation = deviation,
    };

    /// <summary>
    /// Returns the first difference. Within a tolerance above 0, scores are not compared here, nor what follows from scores alone: the
    /// answers of forced samples and of strategies without samples.
    /// </summary>
    private static string? Difference(AnsweredQuestion stored, AnsweredQuestion again, double tolerance)
    {
        if (again.Failure is { } failure)
        {
            return $"the question now fails: {failure.Message}";
        }

        if (stored.Reasonings.Length != again.Reasonings.Length)
        {
            return $"{stored.Reasonings.Length} samples are stored, the model gives {again.Reasonings.Length}";
        }

        foreach (var (before, after) in stored.Reasonings.Zip(again.Reasonings))
        {
            if (Difference(before, after, tolerance) is { } difference)
            {
                return $"{StoredSampleModel.NameOf(before)}: {difference}";
            }
        }

        var isScored = stored.Reasonings.IsEmpty || stored.ForcedVotes > 0 || !stored.OptionProbabilities.IsEmpty;
        return tolerance > 0 && isScored ? Miscounted(stored)
            : !stored.Votes.SequenceEqual(again.Votes) ? $"the votes are stored as {Text(stored.Votes)}, but are {Text(again.Votes)}"
            : !Same(stored.SetVotes, again.SetVotes)
                ? $"the votes are stored as {Text(stored.SetVotes)}, but are {Text(again.SetVotes)}"
            : stored.ChosenOptions != again.ChosenOptions
                ? $"the answer is stored as {Letters(stored.ChosenOptions)}, but is {Letters(again.ChosenOptions)}"
            : tolerance == 0 && !Same(stored.OptionLogLikelihoods, again.OptionLogLikelihoods) ? "the log-likelihoods of the options differ"
            : tolerance == 0 && !Same(stored.OptionProbabilities, again.OptionProbabilities) ? "the probabilities of the options differ"
            : null;
    }

    /// <summary>Whether votes and answer follow from the answers that the stored samples give, where they vote one each.</summary>
    private static string? Miscounted(AnsweredQuestion stored)
    {
        if (stored.Reasonings.IsEmpty || !stored.OptionProbabilities.IsEmpty)
        {
            return null;
        }

        var voting = stored.Reasonings.Max(static reasoning => reasoning.Stage);
        var votes = new int[stored.Votes.Length];
        foreach (var reasoning in stored.Reasonings)
        {
            if (reasoning.Stage == voting && reasoning.Answer is { } option)
            {
                votes[option]++;
            }
        }

        return !stored.Votes.SequenceEqual(
            votes) ? $"the votes are stored as {Text(stored.Votes)}, but the samples' answers are {Text([.. votes])}"
            : stored.Answer is { } answer
                && votes[answer] < votes.Max() ? $"the answer is stored as {OptionLetter.Of(answer)}, which does not have the most votes "
                    + $"({Text(stored.Votes)})"
            : null;
    }

    private static string? Difference(Reasoning stored, Reasoning again, double tolerance)
    {
        var common = stored.Tokens.AsSpan().CommonPrefixLength(again.Tokens.AsSpan());
        return common < Math.Max(stored.Tokens.Length, again.Tokens.Length) ? $"token {common + 1} differs"
            : stored.Text != again.Text ? "its text differs"
            : !SameThinking(stored.Thinking, again.Thinking) ? "its thought is closed elsewhere"
            : stored.DrawnTokens != again.DrawnTokens || stored.End != again.End ? "it ends differently"
            : tolerance == 0 && !Same([stored.LogLikelihood], [again.LogLikelihood]) ? "its log-likelihood differs"
            : tolerance == 0 && !Same(stored.OptionLogLikelihoods, again.OptionLogLikelihoods) ? "the scores of its options differ"
            : stored.Forced != again.Forced ? (stored.Forced
                ? "its answer is stored as forced, but its text names one"
                : "its answer is stored as named by its text, but had to be forced")
            : stored.ChosenOptions != again.ChosenOptions && !(tolerance > 0 && stored.Forced)
                ? $"its answer is stored as {Letters(stored.ChosenOptions)}, but is {Letters(again.ChosenOptions)}"
            : null;
    }

    private static bool SameThinking(Thinking? stored, Thinking? again) =>
        stored?.Tokens == again?.Tokens && (stored?.Closed ?? []).SequenceEqual(again?.Closed ?? []);

    private static double OptionDeviation(AnsweredQuestion stored, AnsweredQuestion again)
    {
        var largest = Deviation(stored.OptionLogLikelihoods, again.OptionLogLikelihoods);
        foreach (var (before, after) in stored.Reasonings.Zip(again.Reasonings))
        {
            largest = Math.Max(largest, Deviation(before.OptionLogLikelihoods, after.OptionLogLikelihoods));
        }

        return largest;
    }

    private static double Deviation(ImmutableArray<double> stored, ImmutableArray<double> again) =>
        stored.Length != again.Length
            ? double.PositiveInfinity
            : stored.Zip(again, static (before, after) => Math.Abs(before - after)).DefaultIfEmpty().Max();

    // Bits, so that NaN equals itself.
    private static bool Same(ImmutableArray<double> stored, ImmutableArray<double> again) =>
        stored.Select(BitConverter.DoubleToInt64Bits).SequenceEqual(again.Select(BitConverter.DoubleToInt64Bits));

    private static string Text(ImmutableArray<int> votes) => string.Join(", ", votes);

    private static bool Same(ImmutableArray<SetVotes>? stored, ImmutableArray<SetVotes>? again) =>
        (stored ?? []).SequenceEqual(again ?? []);

    private static string Text(ImmutableArray<SetVotes>? votes) =>
        votes is { IsEmpty: false } some ? string.Join(", ", some.Select(static vote => $"{vote.Options} {vote.Votes}")) : "none";

    private static string Letters(OptionSet? options) => options?.ToString() ?? "none";
}
