using System.Collections.Immutable;

namespace MedQA.Evaluation.Extraction;

/// <summary>The texts by which models mark what they think before they answer. Where a model has tokens of these texts, they mark its
/// thoughts even though decoding drops them.</summary>
public static class ThoughtMarkers
{
    /// <summary>Pairs of texts around a thought, as published templates and tokenizers have them.</summary>
    public static ImmutableArray<ThoughtMarker> Pairs { get; } =
    [
        // DeepSeek R1, Qwen3, GLM, Kimi K2, Hunyuan, EXAONE 4, Granite, Phi-4-reasoning, Nemotron, ERNIE, MiniMax M2, SmolLM3, OLMo 3
        new("<think>", "</think>"),
        new("<thinking>", "</thinking>"),
        new("<thought>", "</thought>"), // EXAONE Deep, Marco-o1
        new("<reasoning>", "</reasoning>"), // Reka Flash
        new("<scratchpad>", "</scratchpad>"),
        new("[THINK]", "[/THINK]"), // Magistral, Ministral
        new("<seed:think>", "</seed:think>"), // Seed-OSS
        new("<mm:think>", "</mm:think>"), // MiniMax M3
        new("<longcat_think>", "</longcat_think>"),
        new("◁think▷", "◁/think▷"), // Kimi-VL, Kimi-Dev
        new("<|START_THINKING|>", "<|END_THINKING|>"), // Command A
        new("<|inner_prefix|>", "<|inner_suffix|>"), // Apertus
        new("<|think:start|>", "<|think:end|>"), // Solar Open 2
        new("<|begin_of_thought|>", "<|end_of_thought|>"), // OpenThinker, Sky-T1
        new("<|channel>", "<channel|>"), // Gemma 4
        new("<unused94>", "<unused95>"), // MedGemma
        new("[unused16]", "[unused17]"), // openPangu
    ];

    /// <summary>Begins the name of a channel (gpt-oss); only what is in the channel <see cref="AnswerChannel"/> is said to the
    /// reader.</summary>
    public const string ChannelStart = "<|channel|>";

    /// <summary>Ends the name of a channel: the message follows.</summary>
    public const string MessageStart = "<|message|>";

    /// <summary>The channel of answers.</summary>
    public const string AnswerChannel = "final";

    /// <summary>End a message, or begin another one.</summary>
    public static ImmutableArray<string> MessageEnds { get; } = ["<|end|>", "<|return|>", "<|call|>", "<|start|>"];

    /// <summary>What closes a thought in a channel, and opens the channel of answers.</summary>
    public const string ChannelClose = "<|end|><|start|>assistant" + ChannelStart + AnswerChannel + MessageStart;

    /// <summary>Returns whether a prompt ends in a thought that its template opened: what follows is thought until it is closed.</summary>
    /// <param name="prompt">The prompt's end, special tokens written out.</param>
    public static bool OpenAtEnd(ReadOnlySpan<char> prompt) => Opening(prompt) is not null;

    /// <summary>Returns the marks of the thought in which a prompt ends; <see langword="null"/> if it does not end in one.</summary>
    /// <param name="prompt">The prompt's end, special tokens written out.</param>
    public static ThoughtMarker? Opening(ReadOnlySpan<char> prompt)
    {
        var end = prompt.TrimEnd();
        foreach (var pair in Pairs)
        {
            if (end.EndsWith(pair.Open, StringComparison.OrdinalIgnoreCase)
                || end.EndsWith(pair.Open + "thought", StringComparison.Ordinal))
            {
                return pair;
            }
        }

        return end.EndsWith(MessageStart, StringComparison.Ordinal)
            && end.LastIndexOf(ChannelStart, StringComparison.Ordinal) is >= 0 and var channel
            && !end[(channel + ChannelStart.Length)..].StartsWith(AnswerChannel, StringComparison.Ordinal)
                ? new ThoughtMarker(ChannelStart, ChannelClose)
                : null;
    }
}

/// <summary>The texts around a thought.</summary>
/// <param name="Open">Opens it.</param>
/// <param name="Close">Closes it.</param>
public sealed record ThoughtMarker(string Open, string Close);
