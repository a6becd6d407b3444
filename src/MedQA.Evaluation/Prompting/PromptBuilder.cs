using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Prompting;

/// <summary>Writes the prompt for a question.</summary>
/// <remarks>
/// A prompt is the instruction, the worked examples, and the question. In a chat each worked example is a user turn and an assistant turn,
/// or all precede the question in its turn; in a completion they are paragraphs. The instruction is where the template says
/// <c>{instruction}</c>; without a template at the end of every user turn where the examples are turns (said once, far before it, a small
/// model forgets it), else once in front. A worked example ends in <c>Answer: (C)</c>, in the language of the profile's texts, which is
/// what <see cref="Extraction.AnswerExtraction"/> reads best. Where several options of a question can be right, every question says so
/// behind its text, those of worked examples too.
/// </remarks>
public static class PromptBuilder
{
    private const string ReasoningLead = "\nExplanation:";
    private const string AnswerLead = "\nAnswer:";
    private const string Body = "Context: {context}\nQuestion: {question}\n{options}";
    private const string BodyWithInstruction = Body + "\n\n{instruction}";
    private const string BodyWithReasoningLead = Body + ReasoningLead;
    private const string BodyWithAnswerLead = Body + AnswerLead;

    // Every question of a run is asked after the same worked examples: they are written once.
    private static readonly ConditionalWeakTable<Profile, ConditionalWeakTable<Exemplar, WorkedExample>> WorkedExamples = [];
    private static readonly ConditionalWeakTable<Profile, ConditionalWeakTable<Exemplar, WorkedExample>> WorkedExamplesOfSets = [];

    /// <summary>Writes the prompt for a question.</summary>
    /// <param name="protocol">How to ask.</param>
    /// <param name="question">What to ask.</param>
    /// <exception cref="PromptException">The template names an option that the question, or a worked example, does not have.</exception>
    public static Prompt Build(Protocol protocol, Question question)
    {
        ArgumentNullException.ThrowIfNull(protocol);
        ArgumentNullException.ThrowIfNull(question);
        return Build(protocol.Profile, protocol.ExemplarsFor(question), question, []);
    }

    /// <summary>
    /// Writes the prompt for the second stage of ensemble refinement: the question with reasonings about it, to be answered in their light.
    /// </summary>
    /// <param name="protocol">How to ask.</param>
    /// <param name="question">What to ask.</param>
    /// <param name="reasonings">What was written about it; white space at their ends is left out.</param>
    /// <exception cref="PromptException">The template names an option that the question, or a worked example, does not have.</exception>
    public static Prompt BuildWithReasonings(Protocol protocol, Question question, IReadOnlyList<string> reasonings)
    {
        ArgumentNullException.ThrowIfNull(protocol);
        ArgumentNullException.ThrowIfNull(question);
        return Build(protocol.Profile, protocol.ExemplarsFor(question), question, reasonings);
    }

    /// <summary>
    /// Writes the prompt for one more turn after an answer that names no option: it asks for the option alone. Only for chats.
    /// </summary>
    /// <param name="protocol">How the question was asked.</param>
    /// <param name="question">What was asked.</param>
    /// <param name="answer">What the model wrote; if that is nothing, the question is asked again with the request behind it.</param>
    /// <exception cref="PromptException">The template names an option that the question, or a worked example, does not have.</exception>
    public static ChatPrompt BuildFollowUp(Protocol protocol, Question question, string answer)
    {
        ArgumentNullException.ThrowIfNull(protocol);
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(answer);
        var asked = Build(protocol, question) as ChatPrompt
            ?? throw new ArgumentException($"Profile {protocol.Profile.Name} does not ask by chat.", nameof(protocol));
        var lead = AnswerLeads.Before(protocol.Profile, AnswerForm.Of(protocol.Profile, question.Options, question.SeveralRight).All);
        var request = $"Give your final answer now, as one of these and nothing else.\n{lead}";
        return asked with
        {
            Messages = string.IsNullOrWhiteSpace(answer)
                ? asked.Messages.SetItem(
                    asked.Messages.Length - 1, ChatMessage.User($"{asked.Messages[^1].Content}\n\n{request}"))
                : [.. asked.Messages, ChatMessage.Assistant(answer), ChatMessage.User(request)],
        };
    }

    /// <summary>
    /// Returns what a model should write after the prompt for a question: what follows the question of a worked example. After a text it
    /// begins with a space, unless the text ends in white space.
    /// </summary>
    /// <param name="profile">How the question is asked.</param>
    /// <param name="exemplar">The question with its answer and, where the profile lets the model reason, its reasoning.</param>
    /// <exception cref="PromptException">The template names an option that the question does not have.</exception>
    public static string AnswerTo(Profile profile, Exemplar exemplar)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(exemplar);
        if (profile.Format == PromptFormat.Chat)
        {
            return Solution(profile, exemplar, afterLead: false, several: false);
        }

        var written = Written(profile, TemplateOf(profile), Asked.Of(exemplar, several: false));
        return (EndsOpen(written) ? "" : " ") + Solution(profile, exemplar, afterLead: true, several: false);
    }

    /// <summary>
    /// Returns the texts that end a sample: the profile's, or a next question where a text is continued and the profile names none.
    /// </summary>
    public static ImmutableArray<string> StopOf(Profile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        return profile.Stop.Length == 0 && profile.Format == PromptFormat.Completion ? ["\nQuestion"] : profile.Stop;
    }

    private static Prompt Build(Profile profile, ImmutableArray<Exemplar> exemplars, Question question, IReadOnlyList<string> reasonings)
    {
        var template = TemplateOf(profile);
        var several = question.SeveralRight;
        var asked = new Asked(question.Id, question.Context, question.Text, question.Options) { SeveralRight = several };

        // The instruction names the answers of the question it precedes, so that the prompt's shared part does not depend on the
        // question.
        var preamble = template.Mentions("instruction")
            ? ""
            : Instruction(profile, exemplars is [var first, ..] ? Asked.Of(first, several) : asked);
        var known = (several ? WorkedExamplesOfSets : WorkedExamples).GetOrCreateValue(profile);
        var examples = exemplars.Select(
            exemplar => known.GetValue(exemplar, unwritten => WorkedExample.Of(profile, template, unwritten, several)));
        return profile.Format == PromptFormat.Completion
            ? Completion(profile, template, preamble, examples, Reasonings(reasonings), asked)
            : Chat(profile, template, preamble, examples, Reasonings(reasonings), asked);
    }

    private static CompletionPrompt Completion(
        Profile profile, PromptTemplate template, string preamble, IEnumerable<WorkedExample> examples, string reasonings, Asked asked)
    {
        var text = new StringBuilder();
        AppendParagraph(text, preamble);
        foreach (var example in examples)
        {
            AppendParagraph(text, example.Question + (EndsOpen(example.Question) ? "" : " ") + example.Solution);
        }

        var shared = text.Length;
        AppendParagraph(text, reasonings);
        text.Append(Written(profile, template, asked));
        return new CompletionPrompt(text.ToString(), shared);
    }

    private static ChatPrompt Chat(
        Profile profile, PromptTemplate template, string preamble, IEnumerable<WorkedExample> examples, string reasonings, Asked asked)
    {
        var messages = ImmutableArray.CreateBuilder<ChatMessage>();
        if (profile.System is { } system)
        {
            messages.Add(ChatMessage.System(system));
        }

        var shared = messages.Count;
        var turn = new StringBuilder();
        AppendParagraph(turn, preamble);
        foreach (var example in examples)
        {
            if (profile.ExamplesAs == ExemplarPlacement.Turns)
            {
                messages.Add(ChatMessage.User(turn.Length == 0 ? example.Question : turn.Append(example.Question).ToString()));
                messages.Add(ChatMessage.Assistant(example.Solution));
                shared = messages.Count;
                turn.Clear();
            }
            else
            {
                turn.Append(example.Question).Append('\n');
                AppendParagraph(turn, example.Solution);
            }
        }

        AppendParagraph(turn, reasonings);
        turn.Append(Written(profile, template, asked));
        messages.Add(ChatMessage.User(turn.ToString()));
        return new ChatPrompt(messages.ToImmutable(), shared, profile.TemplateDate) { TemplateArguments = profile.TemplateArguments };
    }

    private static PromptTemplate TemplateOf(Profile profile) => PromptTemplate.Of(profile.Template ?? DefaultTemplate(profile));

    private static string DefaultTemplate(Profile profile) => profile.Format == PromptFormat.Chat
        ? profile.ExamplesAs == ExemplarPlacement.Turns && profile.Instruction.Length > 0 ? BodyWithInstruction : Body
        : profile.Strategy.Reasons ? BodyWithReasoningLead : BodyWithAnswerLead;

    /// <summary>
    /// Returns what a model should have written after a worked example's question; after a lead such as "Answer:" a direct answer does not
    /// say that word again.
    /// </summary>
    private static string Solution(Profile profile, Exemplar exemplar, bool afterLead, bool several)
    {
        var form = AnswerForm.Of(profile, exemplar.Options, several);
        if (form.Space == AnswerSpace.Free || exemplar.Answer is not { } answer)
        {
            return exemplar.Explanation;
        }

        var written = form.Written(answer);
        return profile.Strategy.Reasons
            ? $"{exemplar.Explanation}\n{AnswerLeads.Before(profile, written)}"
            : afterLead
            ? written
            : AnswerLeads.Before(profile, written);
    }

    private static string Written(Profile profile, PromptTemplate template, Asked asked) =>
        template.Render(placeholder => placeholder switch
        {
            "instruction" => Instruction(profile, asked),
            "context" => asked.Context,
            "question" => asked.SeveralRight && asked.Options.Count > 0
                ? $"{asked.Text} {AnswerLeads.SeveralRight(profile)}"
                : asked.Text,
            "options" => Options(profile, asked),
            [var letter] when OptionLetter.IndexOf(letter) is { } index => index < asked.Options.Count
                ? asked.Options[index]
                : throw new PromptException(
                    $"The template of profile {profile.Name} names option {{{placeholder}}}, but {asked.Id} has {asked.Options.Count} "
                        + $"options; use {{options}} for questions with different numbers of them."),
            _ => throw new PromptException(
                $"The template of profile {profile.Name} has the placeholder {{{placeholder}}}, which does not exist."),
        });

    private static string Instruction(Profile profile, Asked asked) =>
        PromptTemplate.Of(profile.Instruction)
            .Render(placeholder => placeholder == "answers" ? AnswerForm.Of(profile, asked.Options, asked.SeveralRight).All : null);

    private static string Options(Profile profile, Asked asked)
    {
        if (!AnswerForm.Of(profile, asked.Options, asked.SeveralRight).IsByLetter)
        {
            return "";
        }

        var template = PromptTemplate.Of(profile.OptionTemplate);
        var options = asked.Options.Select((option, index) => template.Render(placeholder => placeholder switch
        {
            "letter" => OptionLetter.Of(index).ToString(),
            "option" => option,
            _ => null,
        }));
        return string.Join(profile.OptionSeparator, options);
    }

    private static string Reasonings(IReadOnlyList<string> reasonings) => reasonings.Count == 0
        ? ""
        : "These are reasonings about the question that follows them; some may be wrong.\n\n"
            + string.Join("\n\n", reasonings.Select(static (reasoning, index) => $"Reasoning {index + 1}: {reasoning.Trim()}"));

    private static bool EndsOpen(string text) => text.Length == 0 || char.IsWhiteSpace(text[^1]);

    private static void AppendParagraph(StringBuilder text, string paragraph)
    {
        if (paragraph.Length > 0)
        {
            text.Append(paragraph).Append("\n\n");
        }
    }

    /// <summary>A question or a worked example as the template sees it.</summary>
    private sealed record Asked(string Id, string? Context, string Text, IReadOnlyList<string> Options)
    {
        /// <summary>Whether several options can be right: so of a question and its worked examples, or of none of them.</summary>
        public bool SeveralRight { get; init; }

        public static Asked Of(Exemplar exemplar, bool several) =>
            new(exemplar.Id, exemplar.Context, exemplar.Text, exemplar.Options) { SeveralRight = several };
    }

    /// <summary>A worked example as a profile writes it: its question, and what a model should have written after that.</summary>
    private sealed record WorkedExample(string Question, string Solution)
    {
        public static WorkedExample Of(Profile profile, PromptTemplate template, Exemplar exemplar, bool several) =>
            new(Written(
                profile,
                template,
                Asked.Of(exemplar, several)),
                PromptBuilder.Solution(profile, exemplar, profile.Format == PromptFormat.Completion, several));
    }
}
