using System.Collections.Immutable;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Extraction;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Prompting;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Randomness;

namespace MedQA.Evaluation.Asking;

/// <summary>A question as a strategy works on it: with the model, the protocol, and what follows from them.</summary>
/// <param name="Model">The model.</param>
/// <param name="Protocol">How to ask; its worked examples fit the question.</param>
/// <param name="Question">What to ask.</param>
internal sealed record AskedQuestion(ILanguageModel Model, Protocol Protocol, Question Question)
{
    public Profile Profile => Protocol.Profile;

    /// <summary>Returns what a strategy does with questions like this, for its declaration.</summary>
    public static AnsweringStrategy By(Func<AskedQuestion, CancellationToken, Task<AnsweredQuestion>> answer) =>
        (model, protocol, question, cancellationToken) => answer(new AskedQuestion(model, protocol, question), cancellationToken);

    /// <summary>How answers are written, with the options in the question's order.</summary>
    public AnswerForm Form => AnswerForm.Of(Profile, Question.Options, Question.SeveralRight);

    /// <summary>Reads answers, with the options in the question's order.</summary>
    public AnswerExtraction Extraction => new(Form.Space, Question.Options);

    /// <summary>The texts that end a reasoning.</summary>
    public ImmutableArray<string> Stop => PromptBuilder.StopOf(Profile);

    public Prompt BuildPrompt() => PromptBuilder.Build(Protocol, Question);

    /// <summary>Returns the question's random numbers for a purpose.</summary>
    public RandomStream Stream(string purpose) => RandomStream.For(purpose, Profile.Seed, Question.Dataset, Question.Id);

    /// <summary>Draws samples as the profile says.</summary>
    public SampleRequest Samples(int first, int count, int stage = 0) => new()
    {
        FirstIndex = first,
        Count = count,
        Temperature = Profile.Temperature,
        TopP = Profile.TopP,
        TopK = Profile.TopK,
        MinP = Profile.MinP,
        MaxTokens = Profile.MaxTokens,
        Stop = Stop,
        StreamKey = Stream("sample").Key,
        ModelOptions = Profile.ModelOptions,
        ThinkingTokens = Profile.ThinkingTokens,
        Stage = stage,
    };
}
