using System.Collections.Immutable;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.ChatTemplates;
using MedQA.Inference.Models;
using MedQA.Inference.Tokenization;

namespace MedQA.Inference.Prompts;

/// <summary>
/// Turns prompts into tokens: a chat through the model's template, a plain text unchanged. Special tokens are recognized only in what
/// the template wrote; in a message or a plain text they stay text. Safe for concurrent use.
/// </summary>
internal sealed class PromptEncoder
{
    /// <summary>
    /// Replaces each message that is not shared when the shared tokens are counted; not empty, because templates may leave out empty
    /// messages.
    /// </summary>
    private const string Unsaid = "?";

    private readonly ModelFolder _folder;
    private readonly Tokenizer _tokenizer;
    private readonly ChatTemplate? _template;
    private readonly ImmutableArray<int> _begin;
    private readonly int? _prefixToken;

    /// <summary>Joins what a model's folder holds.</summary>
    /// <param name="folder">The model's folder; says whether a plain text begins with the begin token (<c>add_bos_token</c>, else the
    /// tokenizer's post-processor).</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="template">The model's chat template, or <see langword="null"/> for a model that only continues texts.</param>
    /// <exception cref="UnusableException">A plain text should begin with a token that the tokenizer does not have.</exception>
    public PromptEncoder(ModelFolder folder, Tokenizer tokenizer, ChatTemplate? template)
    {
        _folder = folder;
        _tokenizer = tokenizer;
        _template = template;
        Thoughts = new(tokenizer);
        var begin = folder.BeginToken is { } text ? tokenizer.IdOf(text) : null;
        if (folder.AddsBeginToken == true && begin is null)
        {
            throw new UnusableException(
                Path.Combine(folder.Path, "tokenizer_config.json"),
                $"texts should begin with \"{folder.BeginToken}\" (add_bos_token), but the tokenizer has no such token",
                "Correct bos_token or add_bos_token");
        }

        _begin = folder.AddsBeginToken switch
        {
            true => [begin!.Value],
            false => [],
            null => [.. tokenizer.Prefix],
        };
        _prefixToken =
            begin ?? (folder.EndToken is { } end ? tokenizer.IdOf(end) : null) ?? (folder.EndTokens.IsEmpty ? null : folder.EndTokens[0]);
    }

    /// <summary>The tokens by which the model marks its thoughts.</summary>
    internal ThoughtTokens Thoughts { get; }

    /// <summary>Whether chats can be encoded.</summary>
    public bool HasChatTemplate => _template is not null;

    /// <summary>
    /// The variables that the chat template reads and does not get anyway; <see langword="null"/> for a model without one.
    /// </summary>
    public ImmutableArray<string>? TemplateVariables => _template?.Variables;

    /// <summary>
    /// How many tokens the longest mark has by which the model closes a thought; 0 if neither tokenizer nor template has one.
    /// </summary>
    public int ClosingMarkTokens => Thoughts.LongestClosing(_folder.ChatTemplateSource);

    /// <summary>Encodes a prompt.</summary>
    /// <exception cref="TemplateRejectionException">The chat template refuses the messages.</exception>
    /// <exception cref="UnusableException">A chat for a model without a template, or a template that fails.</exception>
    public EncodedPrompt Encode(Prompt prompt)
    {
        var (ids, shared) = prompt switch
        {
            CompletionPrompt completion => (Plain(completion.Text), Plain(completion.Text[..SharedUnits(completion)])),
            ChatPrompt chat => (Chat(chat, chat.Messages), Chat(chat, WithoutUnshared(chat))),
            _ => throw new ArgumentException($"A {prompt?.GetType().Name ?? "null"} is not a kind of prompt.", nameof(prompt)),
        };
        return new(prompt, ids, Math.Min(ids.AsSpan().CommonPrefixLength(shared), ids.Length - 1));
    }

    /// <summary>Returns the number of tokens of a prompt as the model reads it.</summary>
    /// <inheritdoc cref="Encode(Prompt)" path="/exception"/>
    public int CountTokens(Prompt prompt) => prompt switch
    {
        CompletionPrompt completion => Plain(completion.Text).Length,
        ChatPrompt chat => Chat(chat, chat.Messages).Length,
        _ => throw new ArgumentException($"A {prompt?.GetType().Name ?? "null"} is not a kind of prompt.", nameof(prompt)),
    };

    /// <summary>
    /// Encodes a continuation after a text by the rule of lm-evaluation-harness 0.4.13 (<c>TemplateLM._encode_pair</c>): white space at the
    /// context's end moves to the continuation, both are encoded together, and the whole is cut at the length of the context encoded alone.
    /// </summary>
    /// <exception cref="ArgumentException">The continuation is empty.</exception>
    public EncodedContinuation EncodeContinuation(string context, string continuation)
    {
        ArgumentException.ThrowIfNullOrEmpty(continuation);
        var (kept, moved) = CutAtSpace(context);
        var contextIds = Plain(kept);
        var whole = kept.Length == 0 ? [.. contextIds, .. _tokenizer.Encode(moved + continuation)] : Plain(kept + moved + continuation);
        return new(contextIds, Rest(whole, contextIds.Length));
    }

    /// <summary>
    /// Encodes a continuation after a prompt, a sample's tokens and a cue. After a plain text alone it is the rule of
    /// <see cref="EncodeContinuation(string, string)"/> over text and cue; after a chat's template or a sample the tokens in front stay as
    /// the model read them, and the rule holds for the cue.
    /// </summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="after">Tokens of a sample after it; empty for none.</param>
    /// <param name="cue">Text after those; empty for none.</param>
    /// <param name="continuation">What to score; not empty.</param>
    public EncodedContinuation EncodeContinuation(EncodedPrompt prompt, IReadOnlyList<int> after, string cue, string continuation)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentException.ThrowIfNullOrEmpty(continuation);
        if (prompt.Prompt is CompletionPrompt completion && after.Count == 0)
        {
            return EncodeContinuation(completion.Text + cue, continuation);
        }

        var (kept, moved) = CutAtSpace(cue);
        var cueIds = _tokenizer.Encode(kept);
        return new([.. prompt.Ids, .. after, .. cueIds], Rest(_tokenizer.Encode(kept + moved + continuation), cueIds.Length));
    }

    /// <summary>Renders a chat as the model reads it, for people to look at.</summary>
    /// <inheritdoc cref="Encode(Prompt)" path="/exception"/>
    public ImmutableArray<PromptSegment> Render(ChatPrompt prompt)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return Render(prompt, prompt.Messages);
    }

    private static int SharedUnits(CompletionPrompt prompt) => prompt.SharedLength >= 0 && prompt.SharedLength <= prompt.Text.Length
        ? prompt.SharedLength
        : throw new ArgumentException(
            $"The shared length {prompt.SharedLength} is not within the prompt's {prompt.Text.Length} characters.", nameof(prompt));

    private static ImmutableArray<ChatMessage> WithoutUnshared(ChatPrompt prompt) =>
        prompt.SharedMessages >= 0 && prompt.SharedMessages <= prompt.Messages.Length
            ? [.. prompt.Messages.Select((message, index) => index < prompt.SharedMessages ? message : message with { Content = Unsaid })]
            : throw new ArgumentException(
                $"The number of shared messages, {prompt.SharedMessages}, is not within the prompt's {prompt.Messages.Length}.",
                nameof(prompt));

    private static (string Kept, string Moved) CutAtSpace(string context)
    {
        var kept = context.Length;
        while (kept > 0 && TemplateLexer.IsSpace(context[kept - 1]))
        {
            kept--;
        }

        return (context[..kept], context[kept..]);
    }

    /// <summary>
    /// Returns what is left after the context; where the two merged into as many tokens as the context alone, the last one.
    /// </summary>
    private static int[] Rest(int[] whole, int contextLength) => whole[Math.Min(contextLength, whole.Length - 1)..];

    private int[] Plain(string text)
    {
        int[] ids = [.. _begin, .. _tokenizer.Encode(text)];
        if (ids.Length > 0)
        {
            return ids;
        }

        // lm-evaluation-harness too puts the begin token, else the end token, where there is no context.
        return _prefixToken is { } prefix
            ? [prefix]
            : throw new UnusableException(
                _folder.Path,
                "an empty text has no tokens, and the files name no token that begins or ends a sequence",
                "Add bos_token to tokenizer_config.json");
    }

    private int[] Chat(ChatPrompt prompt, ImmutableArray<ChatMessage> messages)
    {
        var ids = _tokenizer.EncodeWithSpecials(Render(prompt, messages));
        return ids.Length > 0
            ? ids
            : throw new UnusableException(
                _folder.ChatTemplatePath!,
                "the chat template renders the messages as an empty text",
                "Correct the template");
    }

    private ImmutableArray<PromptSegment> Render(ChatPrompt prompt, ImmutableArray<ChatMessage> messages) =>
        (_template
            ?? throw new UnusableException(
                Path.Combine(_folder.Path, "tokenizer_config.json"),
                "the model has no chat template",
                "Ask it in the completion format, or put its template into the folder as chat_template.jinja"))
            .Render(messages, prompt.Date, prompt.TemplateArguments);
}
