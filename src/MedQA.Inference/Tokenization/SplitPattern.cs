namespace MedQA.Inference.Tokenization;

/// <summary>A compiled split pattern: a backtracking matcher over code points whose work on a text is bounded.</summary>
internal sealed class SplitPattern
{
    /// <summary>Steps that a text may cost for each of its characters; the patterns of known tokenizers need fewer than twenty.</summary>
    private const int StepsPerCharacter = 2_000;

    private readonly PatternStep[] _program;

    private SplitPattern(PatternStep[] program) => _program = program;

    /// <summary>Compiles a pattern.</summary>
    /// <exception cref="FormatException">It has a construct that is not understood.</exception>
    public static SplitPattern Compile(string pattern) => new(SplitPatternParser.Parse(pattern));

    /// <summary>Returns a pattern that matches a text literally.</summary>
    public static SplitPattern OfText(string text)
    {
        var program = new List<PatternStep>();
        for (var at = 0; at < text.Length;)
        {
            var codePoint = CodePointSet.At(text, at, out var units);
            program.Add(new() { Kind = PatternStepKind.Set, Set = CodePointSet.Of((codePoint, codePoint)) });
            at += units;
        }

        program.Add(new() { Kind = PatternStepKind.Match });
        return new([.. program]);
    }

    /// <summary>Finds the matches that are not empty, from left to right, none overlapping.</summary>
    public void FindAll(ReadOnlySpan<char> text, List<(int Start, int End)> matches)
    {
        var matcher = new Matcher(text, new Stack<Choice>(), 100_000 + (long)text.Length * StepsPerCharacter);
        for (var at = 0; at < text.Length;)
        {
            var end = matcher.Match(_program, at);
            if (end > at)
            {
                matches.Add((at, end));
                at = end;
            }
            else
            {
                CodePointSet.At(text, at, out var units);
                at += units;
            }
        }
    }

    /// <summary>Another way to go on from, should this one fail.</summary>
    /// <param name="Step">The step to go on with.</param>
    /// <param name="Position">Where in the text.</param>
    /// <param name="Limit">For a loop: how far a greedy one may give back, or how often a lazy one may still take.</param>
    /// <param name="Greed">The kind of the loop.</param>
    private readonly record struct Choice(int Step, int Position, int Limit, PatternGreed Greed);

    private ref struct Matcher(ReadOnlySpan<char> text, Stack<Choice> choices, long steps)
    {
        private readonly ReadOnlySpan<char> _text = text;
        private long _steps = steps;

        /// <summary>Returns the end of the match that begins at a place, or −1.</summary>
        public int Match(PatternStep[] program, int start)
        {
            var floor = choices.Count;
            var at = start;
            for (var step = 0; ;)
            {
                Spend(1);
                ref readonly var current = ref program[step];
                var goesOn = true;
                switch (current.Kind)
                {
                    case PatternStepKind.Match:
                        while (choices.Count > floor)
                        {
                            choices.Pop();
                        }

                        return at;
                    case PatternStepKind.Set:
                        if (at < _text.Length && current.Set!.Contains(CodePointSet.At(_text, at, out var units)))
                        {
                            at += units;
                        }
                        else
                        {
                            goesOn = false;
                        }

                        break;
                    case PatternStepKind.SetLoop:
                        goesOn = Loop(current, step, ref at);
                        break;
                    case PatternStepKind.Split:
                        choices.Push(new(step + current.Second, at, -1, PatternGreed.Possessive));
                        step += current.First;
                        continue;
                    case PatternStepKind.Jump:
                        step += current.First;
                        continue;
                    case PatternStepKind.LookAhead:
                        goesOn = Match(current.Body!, at) >= 0 != current.Negated;
                        break;
                    case PatternStepKind.LookBehind:
                        goesOn = (at > 0
                            && current.Set!.Contains(
                                CodePointSet.At(_text, at - CodePointSet.UnitsBefore(_text, at), out _))) != current.Negated;
                        break;
                    case PatternStepKind.Atomic:
                        var end = Match(current.Body!, at);
                        if (end >= 0)
                        {
                            at = end;
                        }
                        else
                        {
                            goesOn = false;
                        }

                        break;
                    case PatternStepKind.LineStart:
                        goesOn = at == 0 || _text[at - 1] == '\n';
                        break;
                    case PatternStepKind.LineEnd:
                        goesOn = at == _text.Length || _text[at] == '\n';
                        break;
                    case PatternStepKind.TextStart:
                        goesOn = at == 0;
                        break;
                    case PatternStepKind.TextEnd:
                        goesOn = at == _text.Length;
                        break;
                }

                if (goesOn)
                {
                    step++;
                }
                else if (!GoBack(program, floor, ref step, ref at))
                {
                    return -1;
                }
            }
        }

        private bool Loop(in PatternStep loop, int step, ref int at)
        {
            var count = 0;
            var position = at;
            var least = at;
            var wanted = loop.Greed == PatternGreed.Lazy ? loop.First : loop.Second;
            while (count < wanted && position < _text.Length && loop.Set!.Contains(CodePointSet.At(_text, position, out var units)))
            {
                position += units;
                if (++count == loop.First)
                {
                    least = position;
                }
            }

            Spend(count);
            if (count < loop.First)
            {
                return false;
            }

            if (loop.Greed == PatternGreed.Greedy && position > least)
            {
                choices.Push(new(step + 1, position, least, PatternGreed.Greedy));
            }
            else if (loop.Greed == PatternGreed.Lazy && count < loop.Second)
            {
                choices.Push(new(step, position, loop.Second - count, PatternGreed.Lazy));
            }

            at = position;
            return true;
        }

        private bool GoBack(PatternStep[] program, int floor, ref int step, ref int at)
        {
            while (choices.Count > floor)
            {
                Spend(1);
                var choice = choices.Pop();
                switch (choice.Greed)
                {
                    case PatternGreed.Possessive:
                        (step, at) = (choice.Step, choice.Position);
                        return true;
                    case PatternGreed.Greedy:
                        at = choice.Position - CodePointSet.UnitsBefore(_text, choice.Position);
                        step = choice.Step;
                        if (at > choice.Limit)
                        {
                            choices.Push(choice with { Position = at });
                        }

                        return true;
                    default:
                        if (choice.Position >= _text.Length
                            || !program[choice.Step].Set!.Contains(CodePointSet.At(_text, choice.Position, out var units)))
                        {
                            continue;
                        }

                        at = choice.Position + units;
                        step = choice.Step + 1;
                        if (choice.Limit > 1)
                        {
                            choices.Push(choice with { Position = at, Limit = choice.Limit - 1 });
                        }

                        return true;
                }
            }

            return false;
        }

        private void Spend(int cost)
        {
            if ((_steps -= cost) < 0)
            {
                throw new PatternBudgetException();
            }
        }
    }
}
