using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;

namespace MedQA.Evaluation.Questions;

/// <summary>
/// An option's words, as far as they say what kind of option it is: in English, Chinese, Japanese, Spanish, German and French.
/// </summary>
/// <param name="Original">The option with full-width characters as usual ones, and one space between words.</param>
/// <param name="Plain">The same in lower case, without punctuation at its ends.</param>
internal sealed partial record OptionText(string Original, string Plain)
{
    /// <summary>No option that refers to others is longer: longer ones are not checked.</summary>
    private const int MaxLength = 100;

    private const int MaxMilliseconds = 1000;

    /// <summary>Words that fill a place where a file needs as many options for every question.</summary>
    private static readonly FrozenSet<string> Fillers = new[]
    {
        "", "n/a", "#n/a", "n.a", "n/d", "nan", "null", "not applicable", "not available", "(blank)", "blank", "tbd", "不适用", "不適用",
        "該当なし", "該当無し", "no aplica", "no aplicable", "nicht zutreffend", "nicht anwendbar", "entfällt", "k.a", "sans objet",
        "non applicable",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>
    /// Words around letters that name options. An option with any other word means something else: "Hepatitis A and B".
    /// </summary>
    private static readonly FrozenSet<string> AroundLetters = new[]
    {
        "both", "either", "neither", "nor", "only", "and", "or", "but", "not", "all", "except", "option", "options", "choice", "choices",
        "answer",
        "answers", "statement", "statements", "is", "are", "correct", "incorrect", "true", "false", "right", "wrong", "the", "of", "same",
        "as",
        "just", "alone", "plus", "with", "combination", "together", "none", "also", "above",
        "和", "与", "與", "及", "以及", "或", "且", "都", "均", "皆", "是", "对", "對", "正确", "正確", "错误", "選項", "选项", "同时", "同時", "两者", "兩者",
        "只有", "仅", "僅", "不", "非", "项", "項", "均正确", "都对", "都是", "均可", "と", "および", "及び", "または", "又は", "両方", "の", "が", "も", "は",
        "正しい", "のみ", "だけ", "選択肢", "とも",
        "ambas", "ambos", "ni", "solo", "sólo", "solamente", "opción", "opciones", "respuesta", "respuestas", "y", "o", "u", "son", "es",
        "correctas",
        "correcta", "ciertas", "verdaderas", "tanto", "como", "las", "la", "excepto",
        "beide", "sowohl", "als", "auch", "weder", "noch", "nur", "und", "oder", "antwort", "antworten", "optionen", "sind", "ist",
        "richtig", "falsch",
        "außer", "sowie",
        "les", "deux", "et", "ou", "seulement", "uniquement", "réponse", "réponses", "sont", "est", "exactes", "exacte", "correctes",
        "correcte", "vraies",
        "vraie", "sauf", "seule", "seules",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, int> Numbers = new Dictionary<string, int>
    {
        ["two"] = 2, ["2"] = 2, ["three"] = 3, ["3"] = 3, ["four"] = 4, ["4"] = 4, ["dos"] = 2, ["tres"] = 3, ["cuatro"] = 4,
        ["beiden"] = 2, ["zwei"] = 2,
        ["drei"] = 3, ["vier"] = 4, ["deux"] = 2, ["trois"] = 3, ["quatre"] = 4, ["两"] = 2, ["兩"] = 2, ["二"] = 2, ["三"] = 3, ["四"] = 4,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Whether the option only fills a place.</summary>
    public bool IsFiller => Fillers.Contains(Plain) || Plain.All(static character => character is '-' or '–' or '—' or '_' or '.' or '?');

    /// <summary>Whether it refers to the others, or to those above or below it, without naming one.</summary>
    public bool IsOfOthers => Plain.Length <= MaxLength
        && (English().IsMatch(Plain) || Chinese().IsMatch(Plain) || Japanese().IsMatch(Plain) || Spanish().IsMatch(Plain) || German()
            .IsMatch(Plain)
        || French().IsMatch(Plain));

    /// <summary>Reads an option.</summary>
    public static OptionText Of(string option)
    {
        // Full-width forms by hand: Unicode's own folding is not there where globalization is invariant.
        var usual = string.Create(option.Length, option, static (characters, original) =>
        {
            for (var place = 0; place < characters.Length; place++)
            {
                characters[place] = original[place] is >= '！' and <= '～' and var wide ? (char)(wide - 0xFEE0) : original[place];
            }
        });
        var words = usual.Split(null as char[], StringSplitOptions.RemoveEmptyEntries);
        var original = string.Join(' ', words);
        return new OptionText(
            original,
            original.ToLower(CultureInfo.InvariantCulture)
                .Trim(' ', '.', ',', ';', ':', '!', '。', '、', '"', '\'', '“', '”')
                .Replace('’', '\''));
    }

    /// <summary>
    /// Returns the options that it names by letter: where it has nothing but letters and the words around them, or where it says "option
    /// B".
    /// </summary>
    /// <param name="own">Its own place.</param>
    /// <param name="options">How many options there are.</param>
    public IEnumerable<int> Letters(int own, int options)
    {
        if (Original.Length > MaxLength)
        {
            yield break;
        }

        foreach (Match match in NamedOption().Matches(Original))
        {
            if (OptionLetter.IndexOf(match.Groups["named"].Value[0]) is { } named && named < options && named != own)
            {
                yield return named;
            }
        }

        foreach (var letter in LettersAmongWords(own, options))
        {
            yield return letter;
        }
    }

    /// <summary>Returns the options that it names by place: "first two".</summary>
    /// <param name="own">Its own place.</param>
    /// <param name="options">How many options there are.</param>
    public IEnumerable<int> Places(int own, int options)
    {
        if (Plain.Length > MaxLength)
        {
            return [];
        }

        var (first, last) = (FirstOnes().Match(Plain), LastOnes().Match(Plain));
        var match = first.Success ? first : last;
        if (!match.Success || !Numbers.TryGetValue(match.Groups["named"].Value, out var number))
        {
            return [];
        }

        // If it is the last option itself, the last ones are those right before it.
        var end = own == options - 1 ? own : options;
        return first.Success
            ? Enumerable.Range(0, Math.Min(number, options))
            : Enumerable.Range(Math.Max(0, end - number), Math.Min(number, end));
    }

    private static bool IsEarlier(string letters, int own, int options)
    {
        var highest = Math.Min(own, options);
        for (var place = 0; place < letters.Length; place++)
        {
            if (letters[place] is < 'A' or > 'Z' || letters[place] - 'A' >= highest || (place > 0 && letters[place] <= letters[place - 1]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Returns whether a word may be around letters that name options; of a run without spaces, whether every part does.</summary>
    private static bool StandsAroundLetters(string word)
    {
        if (AroundLetters.Contains(word))
        {
            return true;
        }

        // Cut from the front, the longest known part first.
        var left = word[0] < '\u3040' ? 0 : Math.Min(4, word.Length - 1);
        while (left > 0 && !AroundLetters.Contains(word[..left]))
        {
            left--;
        }

        return left > 0 && StandsAroundLetters(word[left..]);
    }

    private IEnumerable<int> LettersAmongWords(int own, int options)
    {
        // "AB" is a word like any other ("AD": autosomal dominant) unless it can be read as letters of options before it, in order.
        if (Original.Length is > 1 and <= 6 && IsEarlier(Original, own, options))
        {
            return Original.Select(static letter => letter - 'A');
        }

        var letters = new List<int>();
        foreach (Match match in Words().Matches(Plain))
        {
            var word = match.Value;
            if (word is [>= 'a' and <= 'z' and var letter] && letter - 'a' < options)
            {
                letters.Add(letter - 'a');
            }
            else if (!StandsAroundLetters(word))
            {
                return [];
            }
        }

        return letters.Distinct().Count() > 1 ? letters : [];
    }

    [GeneratedRegex(
        @"\b([Oo]ptions?|[Cc]hoices?|[Aa]nswers?|[Oo]pci[oó]n|[Rr]espuesta"
        + @"|[Aa]ntwort|[Rr]éponse|OPTION|CHOICE|ANSWER)[ :]*\(?(?<named>[A-Z]"
        + @"|[a-z](?=\W*$))\b|(选项|選項|選択肢)\s*(?<named>[A-Z])",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        MaxMilliseconds)]
    private static partial Regex NamedOption();

    /// <summary>Chinese and Japanese, which have no spaces, as long runs; everything else word by word.</summary>
    [GeneratedRegex(
        @"[\u3040-\u30ff\u4e00-\u9fff]+|[\w'-[_\u3040-\u30ff\u4e00-\u9fff]]+",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        MaxMilliseconds)]
    private static partial Regex Words();

    [GeneratedRegex(
        @"^(only |both )?(the )?(first|former) (?<named>two|three|four|2"
        + @"|3|4)( (options|choices|answers|ones|statements|of these|of the above))?( only)?( are (correct"
        + @"|true|right))?$|^前(面)?(?<named>两|兩|二|三|四|2|3)(项|項|个|個|者|种|種|つ)?(都是"
        + @"|均是|皆是|都对|均正确|皆正確)?$|^(最初|上)の(?<named>二|三|2|3)つ$|^(las|los) (?<named>dos"
        + @"|tres|cuatro) primer[ao]s( respuestas| opciones)?$|^(las|los) primer[ao]s (?<named>dos"
        + @"|tres|cuatro)( respuestas| opciones)?$|^(nur )?die ersten (?<named>beiden"
        + @"|zwei|drei|vier)( antworten| optionen)?$|^die (?<named>beiden"
        + @"|zwei|drei|vier) ersten( antworten| optionen)?$|^les (?<named>deux"
        + @"|trois|quatre) premi(ère|er)s( réponses| propositions)?$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        MaxMilliseconds)]
    private static partial Regex FirstOnes();

    [GeneratedRegex(
        @"^(only |both )?(the )?(last|latter) (?<named>two|three|four|2"
        + @"|3|4)( (options|choices|answers|ones|statements|of these|of the above))?( only)?( are (correct"
        + @"|true|right))?$|^(后|後)(面)?(?<named>两|兩|二|三|四|2|3)(项|項|个|個|者|种"
        + @"|種)?(都是|均是|皆是|都对|均正确|皆正確)?$|^(最後|下)の(?<named>二|三|2|3)つ$|^(las"
        + @"|los) (?<named>dos|tres|cuatro) últim[ao]s( respuestas| opciones)?$"
        + @"|^(las|los) últim[ao]s (?<named>dos|tres|cuatro)( respuestas| opciones)?$"
        + @"|^(nur )?die letzten (?<named>beiden|zwei|drei|vier)( antworten"
        + @"| optionen)?$|^die (?<named>beiden|zwei|drei|vier) letzten( antworten"
        + @"| optionen)?$|^les (?<named>deux|trois|quatre) derni(ère|er)s( réponses"
        + @"| propositions)?$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        MaxMilliseconds)]
    private static partial Regex LastOnes();

    [GeneratedRegex(
        @"\b(of|from|except|all|none|any|both) (the )?(above|preceding|foregoing"
        + @"|following|below)(?![ -]?(\d|knee|elbow|average|normal|the))|\bthe (above"
        + @"|foregoing|preceding) (options?|choices?|answers?|statements?)\b"
        + @"|\b(mentioned|listed) above\b|\babove[- ]mentioned\b|\bas above$"
        + @"|^(all|none|any|both|neither|either|each|every|some|most|one|two"
        + @"|three|more than one|more than two|at least one|at least two|only one"
        + @"|any one|any two|a combination|combinations?)( of)? (these|them"
        + @"|those|(the )?(other )?(options|choices|answers|alternatives|statements"
        + @"|others)|the (listed|mentioned|given|two|three|four))(( (is|are"
        + @"|options?|choices?|answers?|statements?|listed|given|correct|true"
        + @"|false|right|wrong|incorrect|apply|applies)))*$|^(all|none|both"
        + @"|neither)( of them| of these)?( (is|are))? (correct|true|right"
        + @"|false|wrong|incorrect|possible|apply|applies)$|^(all|none|both"
        + @"|neither|any|either|ditto)$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        MaxMilliseconds)]
    private static partial Regex English();

    [GeneratedRegex(
        @"^(以上|上述|上列|前述|以下|下列)(的|所|之|选项|選項|答案|各项|各項|情况|情況|几项|二者|两者|三者|说法"
        + @"|說法|因素)*(列|有)?(全部|全|都|均|皆|无|無|没有|沒有|任何|任一|任意|两|兩|几|幾|之|是|非|不)"
        + @"|^(以上|上述|上列)(全部|各项|各項|所有|选项|選項)?$|^(两者|兩者|二者|三者|四者|全部|全|所有选项|所有選項)?(都"
        + @"|均|皆)(不|没|沒)?(是|对|對|正确|正確|错|錯|错误|錯誤|非|有|可|可能|可以|符合|成立|选|選)?$|^(全部"
        + @"|全)(正确|正確|错误|錯誤|对|對|是|不是|选|選)?$|^(没有|沒有|无|無)(一个|一項|一项)?(正确|正確)(的)?(答案"
        + @"|选项|選項)?$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        MaxMilliseconds)]
    private static partial Regex Chinese();

    [GeneratedRegex(
        @"^(上記|前記|以上|下記|上述)(の|は|が|に|すべて|全て|いずれ|どれ|全部)|^(いずれ|どれ|どちら|すべて|全て"
        + @"|全部|両方)(の選択肢)?(の|も|でも|が|とも|か)?(正しい|正しくない|誤り|誤っている|間違い|ない|該当しない"
        + @"|該当する|あてはまる|あてはまらない|当てはまる|当てはまらない|である|ではない|違う)?$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        MaxMilliseconds)]
    private static partial Regex Japanese();

    [GeneratedRegex(
        @"\b(las|los) (dos |tres |cuatro |respuestas |opciones |alternativas )?(anteriores"
        + @"|precedentes|mencionad[ao]s|siguientes)\b|\blo anterior\b|^(todas"
        + @"|todos|ninguna|ninguno|ambas|ambos|cualquiera)( (las|los|de|ellas"
        + @"|ellos|estas|estos|respuestas?|opciones|opción|alternativas|otras"
        + @"|otros|anteriores|son|es|correctas?|correctos?|ciertas?|ciertos?"
        + @"|verdaderas?|verdaderos?|falsas?|falsos?|incorrectas?|incorrectos?"
        + @"|válidas?|posibles?))*$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        MaxMilliseconds)]
    private static partial Regex Spanish();

    [GeneratedRegex(
        @"^(alle|alles|keine[rs]?|keins|beide|beides|nichts|jede|mehrere"
        + @"|eine|zwei|drei|weder)( (der|die|das|von|den|diesen|dieser|diese"
        + @"|oben|obigen?|obenstehenden|obengenannten|genannten?|vorgenannten?"
        + @"|vorstehenden?|aufgeführten|angegebenen|davon|anderen))* ?(antworten"
        + @"|aussagen|antwortmöglichkeiten|optionen|möglichkeiten)?( (ist"
        + @"|sind|richtig|falsch|korrekt|zutreffend|treffen|trifft|zu|möglich))*$"
        + @"|^keine (antwort|aussage)( davon)? (ist (richtig|falsch|korrekt"
        + @"|zutreffend)|trifft zu)$|\b(der|die|aller|alle) (oben ?genannten"
        + @"|obigen|obenstehenden|vorgenannten|vorstehenden)\b",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        MaxMilliseconds)]
    private static partial Regex German();

    [GeneratedRegex(
        @"\bci-(dessus|dessous)\b|\b(tout|rien|aucun) (de )?ce qui précède\b"
        + @"|\b(les|des|aux) (réponses |propositions |options |deux |trois )?(précédente?s"
        + @"|susmentionnée?s)$|^(toutes|tous|aucune?|chacune?|les deux|les trois)( (les"
        + @"|des|de|ces|d'entre|elles|eux|autres|deux|réponses|propositions"
        + @"|options|choix|affirmations|sont|exactes?|correctes?|justes?|vraies?"
        + @"|fausses?|possibles|proposées))*$|^aucune (réponse|proposition) (n'est )?(exacte"
        + @"|correcte|juste|vraie)$|^aucune (réponse|proposition) précédente$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        MaxMilliseconds)]
    private static partial Regex French();
}
