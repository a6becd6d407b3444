using System.Collections.Immutable;
using System.Text;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.ChatTemplates;
using MedQA.Inference.Tests.Models;

namespace MedQA.Inference.Tests.ChatTemplates;

public sealed class ChatTemplateFaultTests
{
    private static readonly ChatMessage[] Messages = [ChatMessage.System("s"), ChatMessage.User("u")];

    [Theory]
    [InlineData("a\n{% include 'x' %}", 2, "the statement {% include %}")]
    [InlineData("{% extends 'x' %}", 1, "the statement {% extends %}")]
    [InlineData("{% import 'x' as y %}", 1, "the statement {% import %}")]
    [InlineData("\n{% block a %}{% if b %}{% endif %}{% block c %}{% endblock %}{% endblock a %}", 2, "the statement {% block %}")]
    [InlineData("{% trans a=1 %}{{ a }}{% pluralize %}b{% endtrans %}", 1, "the statement {% trans %}")]
    [InlineData("{{ 'x'\n | urlize }}", 2, "the filter urlize")]
    [InlineData("{{ 'x' | a.b(1) }}", 1, "the filter a.b")]
    [InlineData("{% filter urlize %}x{% endfilter %}", 1, "the filter urlize")]
    [InlineData("{{ x is escaped }}", 1, "the test escaped")]
    [InlineData("{{ messages.pop() }}", 1, "the method pop")]
    [InlineData("\n\n{{ lipsum() }}", 3, "the function lipsum")]
    [InlineData("{{ [1] | map('urlize') }}", 1, "the filter urlize")]
    [InlineData("{{ [1] | select('escaped') }}", 1, "the test escaped")]
    [InlineData("{{ '{}' | from_json }}", 1, "the filter from_json")]
    [InlineData("{{ 'a'.splitlines(true) }}", 1, "the method splitlines with 1 unnamed arguments")]
    [InlineData("{{ 'a' | tojson(cls=1) }}", 1, "the filter tojson with the argument cls")]
    [InlineData("{{ 'a' | upper(1) }}", 1, "the filter upper with 1 unnamed arguments")]
    [InlineData("\n{{ 99999999999999999999 }}", 2, "the number 99999999999999999999")]
    public void An_unknown_construct_is_refused_where_it_is_reached_and_only_there(string source, int line, string name)
    {
        var fault = Assert.Throws<UnusableException>(() => Parse(source).Render(Messages, default));
        Assert.Contains($"line {line} of the chat template uses {name}, which is not supported", fault.Message, StringComparison.Ordinal);

        Assert.Equal("ab", Text(Parse("a{% if tools %}" + source + "{% endif %}b")));
        Assert.Equal("ab", Text(Parse("a{% for t in tools or [] %}" + source + "{% endfor %}b")));
        Assert.Equal("ab", Text(Parse("a{% macro unused() %}" + source + "{% endmacro %}b")));
    }

    [Fact]
    public void A_model_is_refused_at_load_when_a_plain_question_reaches_an_unknown_construct()
    {
        using var model = ModelCopy.Of("tiny/llama-optimum");
        model.With("chat_template.jinja", "{% for m in messages %}\n{{ m.content | urlize }}{% endfor %}");
        var fault = Assert.Throws<UnusableException>(() => ChatTemplate.Load(model.Open()));
        Assert.Contains("line 2 of the chat template uses the filter urlize", fault.Message, StringComparison.Ordinal);

        model.With("chat_template.jinja", "{% if messages[0].role != 'system' %}{{ x | urlize }}{% endif %}ok");
        Assert.Equal("ok", Text(ChatTemplate.Load(model.Open())!));
        model.With("chat_template.jinja", "{{ raise_exception('never') if messages|length < 3 }}{{ x | urlize }}");
        Assert.NotNull(ChatTemplate.Load(model.Open()));
    }

    [Fact]
    public void A_character_that_Jinja_does_not_have_is_refused_at_load() => Assert.Contains(
        "line 2 of the chat template uses the character @",
        Assert.Throws<UnusableException>(() => Parse("{% if tools %}\n{{ 'a' @ 'b' }}{% endif %}")).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("{% if x %}", 1, "without its endif")]
    [InlineData("{{ x", 1, "without its }}")]
    [InlineData("a\n{{ 'x }}", 2, "without its closing quote")]
    [InlineData("{{ }}", 1, "where a value is expected")]
    [InlineData("{% endif %}", 1, "nothing is open")]
    [InlineData("{% break %}", 1, "nothing is open")]
    [InlineData("{# a", 1, "without its #}")]
    [InlineData("{{ (1 }}", 1, "unexpected")]
    [InlineData("\n{% call f %}{% endcall %}", 2, "a call block that calls nothing")]
    [InlineData("{% call f() %}", 1, "without its endcall")]
    [InlineData("{% endwith %}", 1, "nothing is open")]
    public void An_error_in_the_template_is_told_at_load_with_its_line(string source, int line, string says)
    {
        var fault = Assert.Throws<UnusableException>(() => Parse(source));
        Assert.StartsWith($"template: line {line} of the chat template is an error", fault.Message, StringComparison.Ordinal);
        Assert.Contains(says, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{ messages[0].x.y }}", "x, which is not defined")]
    [InlineData("\n{{ 'a' + 1 }}", "line 2")]
    [InlineData("{{ 1 // 0 }}", "a division by zero")]
    [InlineData("{% set messages.x = 1 %}", "not a namespace")]
    [InlineData("{{ 9223372036854775807 + 1 }}", "64 bits")]
    [InlineData("{{ strftime_now('%Q') }}", "the date format %Q")]
    [InlineData("{% macro f() %}x{% endmacro %}{% call f() %}y{% endcall %}", "the argument caller, which the macro f does not have")]
    [InlineData("{% for x in [1] %}{{ loop([2]) }}{% endfor %}", "a call of a loop that is not recursive")]
    [InlineData("{{ messages[0]['role'](1) }}", "a call of a text")]
    [InlineData("{{ range(**[1]) }}", "not a dictionary")]
    [InlineData("{{ [] | tojson(separators=',') }}", "separators of tojson")]
    public void A_fault_while_rendering_names_what_went_wrong(string source, string says)
    {
        var template = Parse(source);
        Assert.Contains(says, Assert.Throws<UnusableException>(() => template.Render(Messages, default)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}")]
    [InlineData("{% set ns = namespace(x='aaaaaaaaaa') %}{% for a in range(99999) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}")]
    [InlineData("{{ 'x' * 1000000000 }}")]
    [InlineData("{{ range(1000000000) }}")]
    [InlineData("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}")]
    [InlineData("{% set ns = namespace(x=[1]) %}{% for a in range(99999) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}")]
    [InlineData("{% set ns = namespace(x=[1]) %}{% for a in range(45) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x == ns.x + [] }}{{ ns.x }}")]
    [InlineData("{% set ns = namespace(x=[1]) %}{% for a in range(45) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x | tojson }}")]
    [InlineData("{{ ('a' * 100000) | replace('a', 'b' * 100000) }}")]
    [InlineData("{{ ('a' * 100000) | replace('', 'b' * 100000) }}")]
    [InlineData("{{ range(99999) | list | join('b' * 100000) }}")]
    [InlineData("{{ (range(99999) | list * 99999) | length }}")]
    [InlineData("{% set l = [1] %}{% for x in l %}{{ l.append(x) }}{% endfor %}")]
    [InlineData("{% set l = [1] %}{{ l.append(l) }}{{ l }}")]
    [InlineData("{% set l = [1] %}{{ l.append(l) }}{{ l | tojson }}")]
    [InlineData("{% set l = [1] %}{{ l.append(l) }}{{ l == [1, l] }}{{ l < l }}{{ l | sum(start=[]) }}{{ l | join }}")]
    [InlineData("{% set l = range(99999) | list %}{% for x in range(99999) %}{{ l.extend(l) }}{% endfor %}")]
    [InlineData("{% for x in [[]] recursive %}{{ loop([1]) }}{% endfor %}")]
    [InlineData("{% macro f() %}{{ caller() }}{% call f() %}{% endcall %}{% endmacro %}{% call f() %}x{% endcall %}")]
    public void No_template_runs_for_ever_or_fills_the_memory(string source)
    {
        var template = Parse(source);
        Assert.Throws<UnusableException>(() => template.Render(Messages, default));
    }

    [Fact]
    public void A_template_nested_without_end_is_refused()
    {
        Assert.Throws<UnusableException>(() => Parse("{{ " + new string('(', 100_000) + "1" + new string(')', 100_000) + " }}"));
        Assert.Throws<UnusableException>(() => Parse("{{ " + string.Concat(Enumerable.Repeat("not ", 100_000)) + "1 }}"));
        Assert.Throws<UnusableException>(() => Parse(string.Concat(Enumerable.Repeat("{% if 1 %}", 100_000))));
        Assert.Throws<UnusableException>(() => Parse("{% set " + new string('(', 100_000) + "a" + new string(')', 100_000) + " = 1 %}"));
        Assert.Equal("", Text(Parse("{% if tools %}" + string.Concat(Enumerable.Repeat("{% block a %}", 100_000)) + "{% endblock %}{% endif %}")));
        var chain = Parse("{{ " + string.Concat(Enumerable.Repeat("1 ~ ", 100_000)) + "1 }}");
        Assert.Throws<UnusableException>(() => chain.Render(Messages, default));
    }

    [Fact]
    public void What_the_template_raises_is_an_exception_of_its_own() =>
        Assert.Equal("no u", Assert.Throws<TemplateRejectionException>(() => Parse("{{ raise_exception('no ' + messages[1].content) }}").Render(Messages, default)).Message);

    [Fact]
    public void Damaged_templates_end_in_a_model_exception_or_a_rejection()
    {
        var sources = Directory.EnumerateFiles(Repository.PathOf("tests", "MedQA.Inference.Tests", "ChatTemplates", "families")).Select(File.ReadAllText).ToArray();
        string[] parts = ["{%", "%}", "{{", "}}", "-", "|", "(", ")", "[", "]", "'", "\"", ".", ",", ":", "~", "in", "if", "is", "not", "set", "endfor", "endif", "loop", "messages", "content", "range", "1", "0", "\n", " ", "\\", "{#", "#}", "raw", "=", "*", "+", "{% call f() %}", "{% endcall %}", "{% block a %}", "{% endblock %}", "append", "recursive", "**"];
        var random = new Random(7);
        var rendered = 0;
        for (var i = 0; i < 4_000; i++)
        {
            var source = new StringBuilder(sources[random.Next(sources.Length)]);
            for (var edits = random.Next(1, 4); edits > 0; edits--)
            {
                var at = random.Next(source.Length);
                if (random.Next(2) == 0)
                {
                    source.Remove(at, Math.Min(random.Next(1, 30), source.Length - at));
                }
                else
                {
                    source.Insert(at, parts[random.Next(parts.Length)]);
                }
            }

            try
            {
                Parse(source.ToString()).Render(Messages, default);
                rendered++;
            }
            catch (Exception exception) when (exception is UnusableException or TemplateRejectionException)
            {
                Assert.NotEmpty(exception.Message);
            }
        }

        Assert.InRange(rendered, 100, 3_900);
    }

    private static string Text(ChatTemplate template) => string.Concat(template.Render(Messages, default).Select(static segment => segment.Text));

    private static ChatTemplate Parse(string source) => ChatTemplate.Parse(source, "template", ImmutableSortedDictionary<string, string>.Empty);
}
