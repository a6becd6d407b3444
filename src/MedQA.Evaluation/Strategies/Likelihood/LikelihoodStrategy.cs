using System.Collections.Immutable;
using System.Text;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Asking;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Voting;

namespace MedQA.Evaluation.Strategies.Likelihood;

/// <summary>
/// Chooses the option whose continuation is most likely, as lm-evaluation-harness 0.4.13 scores multiple choice: <c>acc</c> by
/// log-likelihood, <c>acc_norm</c> per Unicode code point of the continuation without its separating space, <c>acc_bytes</c> per UTF-8 byte
/// of it; the first of equal ones. Draws nothing.
/// </summary>
internal static class LikelihoodStrategy
{
    public static Profile Profile { get; } = UsualProfile.Of(new Strategy
    {
        Name = "likelihood",
        Description = "Scores each option by its likelihood, without drawing reasonings.",
        Answer = AskedQuestion.By(AnswerAsync),
        Reasons = false,
        TakesSamples = false,
        ScoresOptions = true,
        NeedsLogLikelihoods = true,
    }) with
    {
        Format = PromptFormat.Completion,
        Instruction = "",
        Template = "Abstract: {context}\nQuestion: {question}\n{options}\nAnswer:",
        OptionTemplate = "{letter}. {option}",
        ExemplarSet = null,
        Exemplars = 0,
        Samples = 1,
        Temperature = 0,
        MaxTokens = 1,
        Stop = [],
    };

    private static async Task<AnsweredQuestion> AnswerAsync(AskedQuestion asked, CancellationToken cancellationToken)
    {
        var continuations = asked.Form.Continuations;
        await using var prompt = await asked.Model.ReadAsync(asked.BuildPrompt(), cancellationToken);
        var scores = await prompt.ScoreAsync([new ScoreRequest([], "", continuations)], cancellationToken);
        var likelihoods = scores[0].Select(static score => score.LogLikelihood).ToImmutableArray();
        var answer = ReadReasonings.IndexOfHighest(likelihoods.AsSpan());
        return new AnsweredQuestion
        {
            Ordinal = 0,
            Id = asked.Question.Id,
            Dataset = asked.Question.Dataset,
            Answer = answer,
            Votes = [.. likelihoods.Select((_, option) => option == answer ? 1 : 0)],
            SamplesAsked = 1,
            TiedOptions = likelihoods.Count(likelihood => likelihood == likelihoods[answer]),
            Tie = likelihoods.Count(likelihood => likelihood == likelihoods[answer]) > 1,
            OptionLogLikelihoods = likelihoods,
            OptionProbabilities = OptionDistribution.Of(likelihoods),
            AnswerByCodePoints = HighestPer(likelihoods, continuations, static text => text.EnumerateRunes().Count()),
            AnswerByBytes = HighestPer(likelihoods, continuations, Encoding.UTF8.GetByteCount),
            PromptTokens = prompt.TokenCount,
        };
    }

    private static int HighestPer(ImmutableArray<double> likelihoods, IReadOnlyList<string> continuations, Func<string, int> lengthOf)
    {
        var perUnit = likelihoods.Select((likelihood, option) => likelihood / Math.Max(1, lengthOf(continuations[option][1..]))).ToArray();
        return ReadReasonings.IndexOfHighest(perUnit);
    }
}
