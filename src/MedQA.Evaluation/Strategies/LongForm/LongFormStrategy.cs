using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Asking;
using MedQA.Evaluation.Profiles;

namespace MedQA.Evaluation.Strategies.LongForm;

/// <summary>One free answer. It has no gold letter and no votes: people rate it.</summary>
internal static class LongFormStrategy
{
    public static Profile Profile { get; } = UsualProfile.Of(new Strategy
    {
        Name = "long-form",
        Description = "Writes free answers, for people to rate.",
        Answer = AskedQuestion.By(AnswerAsync),
        Reasons = false,
        TakesSamples = false,
        WritesFreeAnswers = true,
    }) with
    {
        Instruction = "Answer the question about health for a member of the public: completely, correctly and in plain words.",
        Exemplars = 2,
        Samples = 1,
        Temperature = 0,
        MaxTokens = 512,
    };

    private static async Task<AnsweredQuestion> AnswerAsync(AskedQuestion asked, CancellationToken cancellationToken)
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
