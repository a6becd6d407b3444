using System.Collections.Immutable;
using System.Text.Json;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.Models;
using MedQA.Inference.Tokenization;

namespace MedQA.Inference.ChatTemplates;

/// <summary>
/// A model's chat template: the subset of Jinja that real templates use, rendered as transformers renders it (trim_blocks, lstrip_blocks,
/// the same variables). Nothing in it reads the clock: today is the prompt's date. Safe for concurrent use.
/// </summary>
internal sealed class ChatTemplate
{
    private const long Steps = 2_000_000;
    private const long StepsPerMessage = 20_000;
    private const long Characters = 20_000_000;
    private const long CopiesOfMessages = 200;

    private static readonly ImmutableArray<string> Given = ["messages", "add_generation_prompt", "tools", "documents"];

    private readonly ImmutableArray<TemplateStatement> _statements;
    private readonly ImmutableSortedDictionary<string, string> _namedTokens;
    private readonly string _file;

    private ChatTemplate(ImmutableArray<TemplateStatement> statements, ImmutableSortedDictionary<string, string> namedTokens, string file)
    {
        _statements = statements;
        _namedTokens = namedTokens;
        _file = file;
    }

    /// <summary>Reads the template of a model, or gives <see langword="null"/> if it has none.</summary>
    /// <exception cref="UnusableException">
    /// The template is not Jinja, or a plain question with and without a system text reaches a construct that is not known; the message
    /// names it and its line.
    /// </exception>
    public static ChatTemplate? Load(ModelFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (folder.ChatTemplateSource is not { } source)
        {
            return null;
        }

        var template = Parse(source, folder.ChatTemplatePath!, folder.NamedTokens);
        if (template.Unknown([ChatMessage.User("?")]) is { } fault
            && template.Unknown([ChatMessage.System("?"), ChatMessage.User("?")]) is not null)
        {
            throw fault;
        }

        return template;
    }

    /// <summary>Reads a template.</summary>
    /// <param name="source">Its text.</param>
    /// <param name="file">The file that contains it, for messages.</param>
    /// <param name="namedTokens">The special tokens that the template sees as variables, such as <c>bos_token</c>.</param>
    /// <exception cref="UnusableException">The template is not Jinja; the message names what is wrong and its line.</exception>
    public static ChatTemplate Parse(string source, string file, ImmutableSortedDictionary<string, string> namedTokens)
    {
        ArgumentNullException.ThrowIfNull(source);
        try
        {
            return new(TemplateParser.Parse(source), namedTokens, file);
        }
        catch (TemplateException exception)
        {
            throw Told(exception, file);
        }
    }

    /// <summary>Renders a conversation.</summary>
    /// <param name="messages">The messages, in order.</param>
    /// <param name="date">What the template sees as today.</param>
    /// <param name="arguments">Variables of the caller, in the form of <see cref="Evaluation.Profiles.TemplateArguments"/>;
    /// <see langword="null"/> for none.</param>
    /// <param name="addGenerationPrompt">Whether the beginning of the assistant's next turn is written too.</param>
    /// <returns>The text as segments that tell what the template wrote from what the messages say.</returns>
    /// <exception cref="TemplateRejectionException">The template refuses the messages.</exception>
    /// <exception cref="UnusableException">The template fails or uses something unsupported; the message names its line.</exception>
    public ImmutableArray<PromptSegment> Render(
        IReadOnlyList<ChatMessage> messages, DateOnly date, string? arguments = null, bool addGenerationPrompt = true)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var budget = new TemplateBudget(
            Steps + StepsPerMessage * messages.Count,
            Characters + CopiesOfMessages * messages.Sum(static message => (long)message.Content.Length));
        var scope = new TemplateScope(null);
        foreach (var (name, value) in Evaluation.Profiles.TemplateArguments.Of(arguments))
        {
            scope[name] = Argument(value);
        }

        // What every template gets comes last, so that no argument takes its place.
        foreach (var (name, value) in new Dictionary<string, object?>
        {
            ["messages"] = messages.Select(static message => (object?)new TemplateMap()
                .With("role", Role(message.Role))
                .With("content", MarkedText.Content(message.Content))).ToList(),
            ["add_generation_prompt"] = addGenerationPrompt,
            ["tools"] = null,
            ["documents"] = null,
        })
        {
            scope[name] = value;
        }

        foreach (var name in TemplateFunctions.Names)
        {
            scope[name] = new TemplateFunction(name);
        }

        foreach (var (name, token) in _namedTokens)
        {
            scope[name] = MarkedText.Template(token);
        }

        try
        {
            return new TemplateRenderer(date, budget).Render(_statements, scope).Segments();
        }
        catch (TemplateException exception)
        {
            throw Told(exception, _file);
        }
    }

    /// <summary>
    /// The variables that it reads before it sets them, and that <see cref="Render"/> does not give by itself, in ordinal order.
    /// </summary>
    public ImmutableArray<string> Variables => [.. TemplateVariables.Of(_statements)
        .Except([.. Given, .. TemplateFunctions.Names, .. _namedTokens.Keys])
        .Order(StringComparer.Ordinal)];

    /// <summary>Returns the construct that is not known and that these messages reach, or <see langword="null"/>.</summary>
    private UnusableException? Unknown(ChatMessage[] messages)
    {
        try
        {
            Render(messages, DateOnly.MinValue);
            return null;
        }
        catch (UnusableException exception)
        {
            return exception.InnerException is TemplateException { IsUnknown: true } ? exception : null;
        }
        catch (TemplateRejectionException)
        {
            return null;
        }
    }

    /// <summary>A text is told from the template's own, unless it is a plain word such as <c>high</c>.</summary>
    private static object? Argument(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => value.TryGetInt64(out var whole) ? (object)whole : value.GetDouble(),
        JsonValueKind.String => Role(value.GetString()!),
        _ => null,
    };

    /// <summary>A role is a plain name, which the template may make part of a special token; anything else is only text.</summary>
    private static MarkedText Role(string role) =>
        role.All(static character => char.IsAsciiLetter(character) || character == '_')
            ? MarkedText.Template(role)
            : MarkedText.Content(role);

    private static UnusableException Told(TemplateException exception, string file) => new(
        file,
        exception.IsUnknown
            ? $"line {exception.Line} of the chat template uses {exception.Message}, which is not supported"
            : $"line {exception.Line} of the chat template is an error: it has {exception.Message}",
        "Correct the template, put a simpler one into the folder as chat_template.jinja, or ask in the completion format",
        exception);
}
