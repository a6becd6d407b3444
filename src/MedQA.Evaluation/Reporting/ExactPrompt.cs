using MedQA.Evaluation.Answering;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Prompting;
using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Reporting;

/// <summary>The exact prompt that the model got for one question.</summary>
/// <param name="Dataset">The question's data set.</param>
/// <param name="Question">The question's id.</param>
/// <param name="Text">A completion's text, or the messages of a chat in their order, each after its role in brackets: the model's own
/// template joins them.</param>
public sealed record ExactPrompt(string Dataset, string Question, string Text)
{
    /// <summary>How many prompts a report shows.</summary>
    public const int InReport = 3;

    /// <summary>
    /// Returns the prompt of a question that was answered: with the worked examples that it got, and with its options in the order of its
    /// first sample.
    /// </summary>
    /// <param name="protocol">The run's protocol.</param>
    /// <param name="question">The question.</param>
    /// <param name="answered">Its answer.</param>
    /// <exception cref="PromptException">The protocol has no prompt for the question.</exception>
    public static ExactPrompt Of(Protocol protocol, Question question, AnsweredQuestion answered)
    {
        ArgumentNullException.ThrowIfNull(protocol);
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(answered);
        var asked = answered.Reasonings.FirstOrDefault()?.OptionOrder is { IsEmpty: false } order
            ? question with { Options = [.. order.Select(option => question.Options[option])] }
            : question;
        var text = PromptBuilder.Build(protocol.AsAsked(answered, question), asked) switch
        {
            CompletionPrompt completion => completion.Text,
            ChatPrompt chat => string.Join("\n\n", chat.Messages.Select(static message => $"[{message.Role}]\n{message.Content}")),
            var other => throw new ArgumentException($"There is no text for a {other.GetType().Name}.", nameof(protocol)),
        };
        return new ExactPrompt(question.Dataset, question.Id, text);
    }
}
