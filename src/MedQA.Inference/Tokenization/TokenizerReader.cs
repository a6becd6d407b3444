using MedQA.Evaluation;
using MedQA.Inference.Models;

namespace MedQA.Inference.Tokenization;

/// <summary>
/// Reads tokenizer.json. A component that is not known is refused by name: a tokenizer that is only nearly right gives wrong answers
/// without a sign.
/// </summary>
internal static class TokenizerReader
{
    /// <summary>Ids above this count as damage: the largest known vocabularies have about 300,000 tokens.</summary>
    private const int MaxId = 2_000_000;

    private const string BytePattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    /// <param name="utf8">The file's bytes.</param>
    /// <param name="file">Its path, for messages.</param>
    /// <param name="chatTemplate">The model's chat template: added tokens that it writes steer the model even if the file does not flag
    /// them as special.</param>
    public static Tokenizer Read(ReadOnlyMemory<byte> utf8, string file, string? chatTemplate)
    {
        var root = ModelJson.Parse(utf8, file);
        var model = root.Get("model");
        var kind = model.Find("type")?.Text() ?? "BPE";
        if (kind != "BPE")
        {
            throw Unknown(model, "model", kind);
        }

        // "truncation" and "padding" are settings of a caller that happened to save the file; transformers resets them too.
        var vocabulary = Vocabulary(model.Get("vocab"));
        var added = Added(root.Find("added_tokens"), vocabulary, chatTemplate);
        var addedIds = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var token in added)
        {
            addedIds[token.Content] = token.Id;
        }

        var preTokenizers = new List<PreTokenizer>();
        var byteLevel = ReadPreTokenizer(root.Find("pre_tokenizer"), preTokenizers, 0);
        var normalizers = new List<Func<string, string>>();
        ReadNormalizer(root.Find("normalizer"), normalizers, 0);
        var decoding = Decoding(root.Find("decoder") ?? throw root.Damaged("has no decoder, so tokens cannot become text"));
        if (decoding.ByteLevel != byteLevel)
        {
            throw root.Damaged(
                $"has {(byteLevel ? "a byte-level pre-tokenizer without a" : "no byte-level pre-tokenizer, but a")} byte-level decoder");
        }

        var texts = Texts(vocabulary, added);
        var prefix = Prefix(root.Find("post_processor"), 0);
        if (Array.Exists(prefix, id => id < 0 || id >= texts.Length))
        {
            throw root.Get("post_processor").Damaged("puts an id first that no token has");
        }

        // A normalized token that steers the model is sought in the raw text too: only there is it known who wrote what.
        return new(new TokenizerParts
        {
            File = file,
            Vocabulary = vocabulary,
            Texts = texts,
            Added = added,
            AddedIds = addedIds,
            RawTokens = new AddedTokens(added.Where(static token => !token.Normalized || token.Control)),
            NormalizedTokens = new AddedTokens(added.Where(static token => token.Normalized && !token.Control)
                .Select(
                    token => token with { Content = normalizers.Aggregate(token.Content, static (text, normalizer) => normalizer(text)) })),
            Normalizers = [.. normalizers],
            PreTokenizers = [.. preTokenizers],
            Model = Model(
                model,
                vocabulary,
                added.Where(static token => token.Control).Select(static token => token.Content).ToHashSet(StringComparer.Ordinal),
                byteLevel),
            Decoding = decoding,
            Prefix = prefix,
        });
    }

    private static Dictionary<string, int> Vocabulary(ModelJson stated)
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (token, value) in stated.Members())
        {
            var id = value.Integer();
            if (id is < 0 or > MaxId)
            {
                throw value.Damaged($"is {id}, which is not a token id");
            }

            vocabulary[token] = id;
        }

        return vocabulary.Count > 0 ? vocabulary : throw stated.Damaged("is empty");
    }

    private static string?[] Texts(Dictionary<string, int> vocabulary, List<AddedToken> added)
    {
        var texts = new string?[Math.Max(vocabulary.Values.Max(), added.Count == 0 ? 0 : added.Max(static token => token.Id)) + 1];
        foreach (var (text, id) in vocabulary)
        {
            texts[id] = text;
        }

        foreach (var token in added)
        {
            texts[token.Id] = token.Content;
        }

        return texts;
    }

    private static List<AddedToken> Added(ModelJson? stated, Dictionary<string, int> vocabulary, string? chatTemplate)
    {
        var added = new List<AddedToken>();
        if (stated is not { } list)
        {
            return added;
        }

        foreach (var item in list.Items())
        {
            var id = item.Get("id");
            if (id.Integer() is < 0 or > MaxId)
            {
                throw id.Damaged("is not a token id");
            }

            // As in Hugging Face's tokenizers, a token that the vocabulary has keeps its id there.
            var content = item.Get("content").Text();
            var token = new AddedToken(
                vocabulary.TryGetValue(content, out var known) ? known : id.Integer(),
                content,
                Flag(item, "special"),
                Flag(item, "normalized"),
                Flag(item, "lstrip"),
                Flag(item, "rstrip"),
                Flag(item, "single_word"));
            // Plain words and white space that a template happens to write too do not mark it.
            var isMark = token.Content.Any(static character => !char.IsLetterOrDigit(character) && !char.IsWhiteSpace(character));
            var steers =
                token.Special || (isMark && chatTemplate is not null && chatTemplate.Contains(token.Content, StringComparison.Ordinal));
            added.Add(token with { Control = steers });
        }

        return added;
    }

    /// <param name="model">The file's model.</param>
    /// <param name="vocabulary">All tokens that it has.</param>
    /// <param name="control">The texts of those that steer the model: no word and no merge may become one, or text could be written that
    /// spells it.</param>
    /// <param name="byteLevel">Whether a word's symbols are its bytes.</param>
    private static BytePairEncoding Model(ModelJson model, Dictionary<string, int> vocabulary, HashSet<string> control, bool byteLevel)
    {
        foreach (var affix in (ReadOnlySpan<string>)["continuing_subword_prefix", "end_of_word_suffix"])
        {
            if (model.Find(affix)?.Text() is { Length: > 0 } text)
            {
                throw Unknown(model, "model." + affix, text);
            }
        }

        if (model.Find("dropout") is { } dropout && dropout.Element.GetRawText() is not ("0" or "0.0"))
        {
            throw Unknown(model, "model.dropout", dropout.Element.GetRawText());
        }

        var unknown = -1;
        if (model.Find("unk_token") is { } token && !vocabulary.TryGetValue(token.Text(), out unknown))
        {
            throw token.Damaged($"is \"{token.Text()}\", which the vocabulary does not have");
        }

        var words = vocabulary.Where(token => !control.Contains(token.Key)).ToDictionary(StringComparer.Ordinal);
        return new(
            words,
            Merges(model.Get("merges"), vocabulary, control),
            byteLevel,
            Flag(model, "byte_fallback"),
            Flag(model, "ignore_merges"),
            Flag(model, "fuse_unk"),
            unknown);
    }

    private static Dictionary<long, (int Rank, int Id)> Merges(
        ModelJson stated, Dictionary<string, int> vocabulary, HashSet<string> control)
    {
        var merges = new Dictionary<long, (int Rank, int Id)>();
        var rank = 0;
        foreach (var item in stated.Items())
        {
            string left, right;
            if (item.IsArray)
            {
                var pair = item.Items().ToList();
                if (pair.Count != 2)
                {
                    throw item.Damaged("is not a pair");
                }

                (left, right) = (pair[0].Text(), pair[1].Text());
            }
            else
            {
                var text = item.Text();
                if (text.StartsWith("#version", StringComparison.Ordinal))
                {
                    continue;
                }

                var space = text.IndexOf(' ', StringComparison.Ordinal);
                if (space < 0 || text.LastIndexOf(' ') != space)
                {
                    throw item.Damaged($"is \"{text}\", which is not a pair");
                }

                (left, right) = (text[..space], text[(space + 1)..]);
            }

            if (!vocabulary.TryGetValue(left, out var leftId)
                || !vocabulary.TryGetValue(right, out var rightId)
                || !vocabulary.TryGetValue(left + right, out var made))
            {
                throw item.Damaged($"joins \"{left}\" and \"{right}\", which the vocabulary does not have (or not joined)");
            }

            if (!control.Contains(left + right))
            {
                merges[BytePairEncoding.Pair(leftId, rightId)] = (rank, made);
            }

            rank++;
        }

        return merges;
    }

    /// <returns>Whether the pre-tokenizer turns text into bytes.</returns>
    private static bool ReadPreTokenizer(ModelJson? stated, List<PreTokenizer> output, int depth)
    {
        if (stated is not { } component)
        {
            return false;
        }

        if (depth > 8)
        {
            throw component.Damaged("is nested too deeply");
        }

        var kind = component.Get("type").Text();
        switch (kind)
        {
            case "Sequence":
                var byteLevel = false;
                foreach (var item in component.Get("pretokenizers").Items())
                {
                    if (byteLevel)
                    {
                        throw Unknown(item, "pre_tokenizer", "a component after ByteLevel");
                    }

                    byteLevel = ReadPreTokenizer(item, output, depth + 1);
                }

                return byteLevel;
            case "ByteLevel":
                if (Flag(component, "add_prefix_space"))
                {
                    output.Add(new PrefixSpacePreTokenizer());
                }

                if (component.Find("use_regex")?.Flag() ?? true)
                {
                    output.Add(new PatternPreTokenizer(SplitPattern.Compile(BytePattern), SplitBehavior.Isolated, invert: false));
                }

                return true;
            case "Digits":
                output.Add(
                    new PatternPreTokenizer(
                        SplitPattern.Compile(@"\p{N}"),
                        Flag(component, "individual_digits") ? SplitBehavior.Isolated : SplitBehavior.Contiguous,
                        invert: false));
                return false;
            case "Split":
                output.Add(
                    new PatternPreTokenizer(
                        Pattern(component.Get("pattern")), Behavior(component.Get("behavior")), Flag(component, "invert")));
                return false;
            case "Metaspace":
                output.Add(new MetaspacePreTokenizer(Mark(component), Prepend(component), component.Find("split")?.Flag() ?? true));
                return false;
            default:
                throw Unknown(component, "pre_tokenizer", kind);
        }
    }

    private static SplitPattern Pattern(ModelJson stated)
    {
        if (stated.Find("String") is { } text)
        {
            return text.Text().Length > 0 ? SplitPattern.OfText(text.Text()) : throw text.Damaged("is empty");
        }

        var pattern = stated.Get("Regex");
        try
        {
            return SplitPattern.Compile(pattern.Text());
        }
        catch (FormatException exception)
        {
            throw new UnusableException(
                pattern.File,
                $"the pattern \"{pattern.Where}\" has {exception.Message}, which is not supported",
                "Use a model whose tokenizer is supported",
                exception);
        }
    }

    private static SplitBehavior Behavior(ModelJson stated) => stated.Text() switch
    {
        "Removed" => SplitBehavior.Removed,
        "Isolated" => SplitBehavior.Isolated,
        "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
        "MergedWithNext" => SplitBehavior.MergedWithNext,
        "Contiguous" => SplitBehavior.Contiguous,
        var other => throw Unknown(stated, "behavior", other),
    };

    private static char Mark(ModelJson component)
    {
        var mark = component.Get("replacement");
        return mark.Text() is [var single] ? single : throw mark.Damaged("is not one character");
    }

    private static PrependScheme Prepend(ModelJson component)
    {
        if (component.Find("prepend_scheme") is { } scheme)
        {
            return scheme.Text() switch
            {
                "always" => PrependScheme.Always,
                "first" => PrependScheme.First,
                "never" => PrependScheme.Never,
                var other => throw Unknown(scheme, "prepend_scheme", other),
            };
        }

        return component.Find("add_prefix_space")?.Flag() ?? true ? PrependScheme.Always : PrependScheme.Never;
    }

    private static void ReadNormalizer(ModelJson? stated, List<Func<string, string>> output, int depth)
    {
        if (stated is not { } component)
        {
            return;
        }

        if (depth > 8)
        {
            throw component.Damaged("is nested too deeply");
        }

        var kind = component.Get("type").Text();
        switch (kind)
        {
            case "Sequence":
                foreach (var item in component.Get("normalizers").Items())
                {
                    ReadNormalizer(item, output, depth + 1);
                }

                break;
            case "NFC":
                output.Add(CanonicalComposition.Compose);
                break;
            case "Prepend":
                var prefix = component.Get("prepend").Text();
                output.Add(text => text.Length == 0 ? text : prefix + text);
                break;
            case "Replace":
                var (from, to) = Replacement(component);
                output.Add(text => text.Replace(from, to, StringComparison.Ordinal));
                break;
            default:
                throw Unknown(component, "normalizer", kind);
        }
    }

    private static (string From, string To) Replacement(ModelJson component)
    {
        var pattern = component.Get("pattern");
        if (pattern.Find("String") is not { } from)
        {
            throw Unknown(pattern, "Replace", "a regular expression");
        }

        return from.Text().Length > 0 ? (from.Text(), component.Get("content").Text()) : throw from.Damaged("is empty");
    }

    private static TokenDecoding Decoding(ModelJson decoder)
    {
        var decoding = new TokenDecoding();
        var stage = 0;
        ReadDecoder(decoder, ref decoding, ref stage, 0);
        return decoding;
    }

    /// <summary>
    /// Components must come in the order byte level or replacements, byte fallback, fuse, strip: any other would mean something else.
    /// </summary>
    private static void ReadDecoder(ModelJson component, ref TokenDecoding decoding, ref int stage, int depth)
    {
        if (depth > 8)
        {
            throw component.Damaged("is nested too deeply");
        }

        var kind = component.Get("type").Text();
        if (kind == "Sequence")
        {
            foreach (var item in component.Get("decoders").Items())
            {
                ReadDecoder(item, ref decoding, ref stage, depth + 1);
            }

            return;
        }

        var order = kind switch
        {
            "ByteLevel" or "Metaspace" => 9,
            "Replace" => 1,
            "ByteFallback" => 2,
            "Fuse" => 3,
            "Strip" => 4,
            _ => throw Unknown(component, "decoder", kind),
        };
        if (order < stage || (order == 9 && stage != 0) || (order == stage && order != 1))
        {
            throw Unknown(component, "decoder", $"{kind} at this place");
        }

        stage = order;
        switch (kind)
        {
            case "ByteLevel":
                decoding = decoding with { ByteLevel = true };
                break;
            case "Metaspace":
                decoding = decoding with { Mark = Mark(component), DropsFirstMark = Prepend(component) != PrependScheme.Never };
                break;
            case "Replace":
                decoding = decoding with { Replacements = [.. decoding.Replacements, Replacement(component)] };
                break;
            case "ByteFallback":
                decoding = decoding with { ByteFallback = true };
                break;
            case "Strip":
                var content = component.Get("content");
                if (content.Text() is not [var character])
                {
                    throw content.Damaged("is not one character");
                }

                if (component.Get("stop").Integer() != 0)
                {
                    throw Unknown(component, "decoder", "Strip at the end");
                }

                decoding = decoding with { StrippedCharacter = character, StrippedInFront = component.Get("start").Integer() };
                break;
        }
    }

    private static int[] Prefix(ModelJson? stated, int depth)
    {
        if (stated is not { } component)
        {
            return [];
        }

        if (depth > 8)
        {
            throw component.Damaged("is nested too deeply");
        }

        var kind = component.Get("type").Text();
        switch (kind)
        {
            case "ByteLevel":
                return [];
            case "Sequence":
                return [.. component.Get("processors").Items().SelectMany(item => Prefix(item, depth + 1))];
            case "TemplateProcessing":
                var ids = new List<int>();
                foreach (var item in component.Get("single").Items())
                {
                    if (item.Find("Sequence") is not null)
                    {
                        break;
                    }

                    var name = item.Get("SpecialToken").Get("id").Text();
                    ids.AddRange(component.Get("special_tokens").Get(name).Get("ids").Items().Select(static id => id.Integer()));
                }

                return [.. ids];
            default:
                throw Unknown(component, "post_processor", kind);
        }
    }

    private static bool Flag(ModelJson component, string name) => component.Find(name)?.Flag() ?? false;

    private static UnusableException Unknown(ModelJson at, string part, string what) => new(
        at.File,
        $"the tokenizer's {part} uses {what}, which is not supported",
        "Use a model whose tokenizer is supported: byte-pair encoding, over bytes or with byte fallback");
}
