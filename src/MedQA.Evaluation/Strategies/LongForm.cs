using MedQA.Evaluation.Answering;

namespace MedQA.Evaluation.Strategies;

/// <summary>One free answer. It has no gold letter and no votes: people rate it.</summary>
internal static class LongForm
{
    public static async Task<AnsweredQuestion> AnswerAsync(AskedQuestion asked, CancellationToken cancellationToken)
    {
        await using var prompt = await asked.Model.ReadAsync(asked.BuildPrompt(), cancellationToken);
        var samples = await prompt.SampleAsync(asked.Samples(0, 1), cancellationToken);
        return new AnsweredQuestion
        {
            Ordinal = 0,
            Id = asked.Question.Id,
            Dataset = asked.Question.Dataset,
            SamplesAsked = 1,
            Reasonings = [.. samples.Select(static sample => ReadReasonings.Unread(sample, 0))],
            PromptTokens = prompt.TokenCount,
        };
    }
}
