using System.Collections.Immutable;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Asking;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Strategies.ChoiceShuffle;

/// <summary>
/// Self-consistency in which each sample sees the options in another order, so that a liking for a letter does not add up (choice shuffling
/// of Medprompt, Nori et al., arXiv 2311.16452); votes are mapped back to the question's order.
/// </summary>
internal static class ChoiceShuffleStrategy
{
    public static Profile Profile { get; } = UsualProfile.Of(new Strategy
    {
        Name = "choice-shuffle",
        Description = "Self-consistency with the options in another order for every sample.",
        Answer = AskedQuestion.By(AnswerAsync),
        IsReplayable = true,
    });

    private static async Task<AnsweredQuestion> AnswerAsync(AskedQuestion asked, CancellationToken cancellationToken)
    {
        var options = asked.Question.Options;
        var orders = new OptionOrder(options);
        var stream = asked.Stream("choice-shuffle");
        var reasonings = ImmutableArray.CreateBuilder<Reasoning>(asked.Profile.Samples);
        var promptTokens = 0;
        for (var index = 0; index < asked.Profile.Samples; index++)
        {
            var order = orders.Draw(stream, index);
            var shuffled = asked with { Question = asked.Question with { Options = [.. order.Select(option => options[option])] } };
            await using var prompt = await asked.Model.ReadAsync(shuffled.BuildPrompt(), cancellationToken);
            promptTokens = Math.Max(promptTokens, prompt.TokenCount);
            var samples = await prompt.SampleAsync(asked.Samples(index, 1), cancellationToken);
            var read = await ReadReasonings.OfAsync(shuffled, prompt, samples, 0, cancellationToken);
            reasonings.AddRange(read.Select(reasoning => InQuestionsOrder(reasoning, order)));
        }

        return PluralityAnswer.Of(asked, reasonings.ToImmutable(), asked.Profile.Samples) with
        {
            PromptTokens = promptTokens,
            FixedOptions = orders.FixedOptions
        };
    }

    private static Reasoning InQuestionsOrder(Reasoning reasoning, ImmutableArray<int> order)
    {
        var likelihoods = reasoning.OptionLogLikelihoods;
        var mapped = new double[likelihoods.Length];
        for (var place = 0; place < likelihoods.Length; place++)
        {
            mapped[order[place]] = likelihoods[place];
        }

        return reasoning with
        {
            OptionOrder = order,
            Answer = reasoning.Answer is { } shown ? order[shown] : null,
            AnswerSet = reasoning.AnswerSet is { } set ? OptionSet.Of(set.Options.Select(place => order[place])) : null,
            OptionLogLikelihoods = [.. mapped]
        };
    }
}
