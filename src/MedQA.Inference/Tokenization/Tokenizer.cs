using System.Text;
using MedQA.Evaluation;
using MedQA.Inference.Models;

namespace MedQA.Inference.Tokenization;

/// <summary>
/// A model's tokenizer, read from its tokenizer.json: byte-pair encoding over bytes (GPT-2, Llama 3, Qwen, SmolLM …) or over characters
/// with byte fallback (Llama 2, Mistral, Gemma …). Gives the ids that Hugging Face's tokenizers gives. Safe for concurrent use.
/// </summary>
public sealed class Tokenizer
{
    [ThreadStatic]
    private static PieceList? t_pieces;

    private readonly TokenizerParts _parts;
    private readonly byte[] _bytes;
    private readonly int[] _offsets;
    private readonly bool[] _special;
    private readonly bool[] _byteToken;

    internal Tokenizer(TokenizerParts parts)
    {
        _parts = parts;
        var texts = parts.Texts;
        _special = new bool[texts.Length];
        _byteToken = new bool[texts.Length];
        _offsets = new int[texts.Length + 1];
        foreach (var token in parts.Added)
        {
            _special[token.Id] |= token.Special;
        }

        using var bytes = new MemoryStream();
        for (var id = 0; id < texts.Length; id++)
        {
            bytes.Write(BytesOfText(texts[id] ?? "", out _byteToken[id]));
            _offsets[id + 1] = checked((int)bytes.Length);
        }

        _bytes = bytes.ToArray();
    }

    /// <summary>One more than the highest id.</summary>
    public int VocabularySize => _special.Length;

    /// <summary>
    /// The tokens that the tokenizer's post-processor puts before a text when special tokens are asked for; mostly none or one.
    /// </summary>
    public ReadOnlySpan<int> Prefix => _parts.Prefix;

    internal TokenDecoding Decoding => _parts.Decoding;

    /// <summary>Reads the tokenizer of a model.</summary>
    /// <exception cref="UnusableException">tokenizer.json is damaged or has an unknown component; the message names it.</exception>
    public static Tokenizer Load(ModelFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return TokenizerReader.Read(ModelFile.ReadAllBytes(folder.TokenizerPath), folder.TokenizerPath, folder.ChatTemplateSource);
    }

    /// <summary>
    /// Returns the tokens of a text in which nothing steers the model: special tokens, and those that the chat template writes, stay text.
    /// </summary>
    public int[] Encode(string text) => Encode(text, AddedTokenRecognition.Text, []);

    /// <summary>Returns the tokens of a text as Hugging Face's tokenizers gives them: special tokens within it are recognized.</summary>
    public int[] EncodeRecognizingSpecials(string text) => Encode(text, AddedTokenRecognition.All, []);

    /// <summary>
    /// Returns the tokens of a text made of segments: special tokens are recognized only where the chat template wrote every character of
    /// them.
    /// </summary>
    public int[] EncodeWithSpecials(IReadOnlyList<PromptSegment> segments)
    {
        ArgumentNullException.ThrowIfNull(segments);
        var text = new StringBuilder();
        foreach (var segment in segments)
        {
            text.Append(segment.Text);
        }

        var fromTemplate = new bool[text.Length];
        var at = 0;
        foreach (var segment in segments)
        {
            fromTemplate.AsSpan(at, segment.Text.Length).Fill(segment.FromTemplate);
            at += segment.Text.Length;
        }

        return Encode(text.ToString(), AddedTokenRecognition.Template, fromTemplate);
    }

    /// <summary>Returns the text of tokens; bytes that are not valid UTF-8 become U+FFFD, as Python decodes with errors replaced.</summary>
    /// <param name="ids">Token ids.</param>
    /// <param name="skipSpecial">Whether special tokens are left out.</param>
    /// <exception cref="ArgumentOutOfRangeException">An id is negative or beyond the vocabulary.</exception>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial)
    {
        var decoder = new StreamingDecoder(this, skipSpecial);
        var text = new StringBuilder();
        foreach (var id in ids)
        {
            text.Append(decoder.Append(id));
        }

        return text.Append(decoder.Finish()).ToString();
    }

    /// <summary>
    /// Returns the bytes of a token: of its text, for byte-level models as written in the byte alphabet; empty for an id that no token has.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is negative or beyond the vocabulary.</exception>
    public ReadOnlySpan<byte> BytesOf(int id)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)id, (uint)VocabularySize, nameof(id));
        return _bytes.AsSpan(_offsets[id].._offsets[id + 1]);
    }

    /// <summary>Returns the id of a token by its text as tokenizer.json writes it, or <see langword="null"/>.</summary>
    public int? IdOf(string token) =>
        _parts.AddedIds.TryGetValue(token, out var id) || _parts.Vocabulary.TryGetValue(token, out id) ? id : null;

    /// <summary>Returns whether tokenizer.json flags a token as special.</summary>
    public bool IsSpecial(int id)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)id, (uint)VocabularySize, nameof(id));
        return _special[id];
    }

    /// <summary>Returns whether a token is one byte by byte fallback (&lt;0x0A&gt;).</summary>
    internal bool IsByteToken(int id) => _byteToken[id];

    /// <summary>Returns a token's text as tokenizer.json writes it.</summary>
    internal string TextOf(int id) => _parts.Texts[id] ?? "";

    internal int[] Encode(string text, AddedTokenRecognition recognition, ReadOnlySpan<bool> fromTemplate)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length == 0)
        {
            return [];
        }

        var ids = new List<int>(text.Length / 3 + 8);
        try
        {
            if (_parts.RawTokens.IsEmpty)
            {
                EncodeSection(text, atStart: true, recognition, ids);
                return [.. ids];
            }

            var pieces = new List<(int Start, int End, AddedToken? Token)>();
            _parts.RawTokens.Cut(text, recognition, fromTemplate, pieces);
            foreach (var (start, end, token) in pieces)
            {
                if (token is not null)
                {
                    ids.Add(token.Id);
                }
                else
                {
                    EncodeSection(start == 0 && end == text.Length ? text : text[start..end], start == 0, recognition, ids);
                }
            }
        }
        catch (PatternBudgetException)
        {
            throw new UnusableException(
                _parts.File,
                $"the pattern of its pre-tokenizer needs too many steps for a text of {text.Length:N0} characters",
                "Use the tokenizer.json that the model was published with");
        }

        return [.. ids];
    }

    private void EncodeSection(string section, bool atStart, AddedTokenRecognition recognition, List<int> ids)
    {
        var normalized = section;
        foreach (var normalizer in _parts.Normalizers)
        {
            normalized = normalizer(normalized);
        }

        if (normalized.Length == 0)
        {
            return;
        }

        if (_parts.NormalizedTokens.IsEmpty)
        {
            EncodeNormalized(normalized, atStart, ids);
            return;
        }

        // Those of these tokens that steer the model were sought in the raw text already, where it is known who wrote what.
        var pieces = new List<(int Start, int End, AddedToken? Token)>();
        _parts.NormalizedTokens.Cut(
            normalized, recognition == AddedTokenRecognition.All ? AddedTokenRecognition.All : AddedTokenRecognition.Text, [], pieces);
        foreach (var (start, end, token) in pieces)
        {
            if (token is not null)
            {
                ids.Add(token.Id);
            }
            else
            {
                EncodeNormalized(normalized[start..end], atStart && start == 0, ids);
            }
        }
    }

    private void EncodeNormalized(string text, bool atStart, List<int> ids)
    {
        if (_parts.PreTokenizers.Length == 0)
        {
            _parts.Model.Encode(text, ids);
            return;
        }

        var list = t_pieces ?? new PieceList();
        t_pieces = null;
        list.Text = text;
        list.AtStart = atStart;
        list.Pieces.Clear();
        list.Pieces.Add((0, text.Length));
        foreach (var preTokenizer in _parts.PreTokenizers)
        {
            preTokenizer.Apply(list);
        }

        foreach (var (start, end) in list.Pieces)
        {
            _parts.Model.Encode(list.Text.AsSpan(start, end - start), ids);
        }

        list.Text = "";
        t_pieces = list;
    }

    private byte[] BytesOfText(string text, out bool byteToken)
    {
        byteToken = false;
        if (_parts.Decoding.ByteLevel)
        {
            // A token with a character outside the byte alphabet is plain text, as added tokens are.
            var bytes = new byte[text.Length];
            for (var i = 0; i < text.Length; i++)
            {
                var value = ByteAlphabet.Byte(text[i]);
                if (value < 0)
                {
                    return Encoding.UTF8.GetBytes(text);
                }

                bytes[i] = (byte)value;
            }

            return bytes;
        }

        foreach (var (from, to) in _parts.Decoding.Replacements)
        {
            text = text.Replace(from, to, StringComparison.Ordinal);
        }

        if (_parts.Decoding.Mark is { } mark)
        {
            text = text.Replace(mark, ' ');
        }

        if (_parts.Decoding.ByteFallback
            && text is ['<', '0', 'x', _, _, '>']
            && byte.TryParse(text.AsSpan(3, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var single))
        {
            byteToken = true;
            return [single];
        }

        return Encoding.UTF8.GetBytes(text);
    }
}
