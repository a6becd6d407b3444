using MedQA.Datasets.Reading;
using MedQA.Evaluation;
using MedQA.Evaluation.Questions;

namespace MedQA.Datasets.Tests.Trials;

/// <summary>
/// Small files in layouts of other tools and sets, in which options, passages or labels stand where they are easily lost: each is read
/// whole, or left out with a sentence that names what to rename.
/// </summary>
public sealed class OtherLayoutTests
{
    private const string Three = "Heparin/Digoxin/Metformin/Warfarin:C Potassium/Sodium/Calcium/Chloride:A Liver/Pancreas/Spleen/Kidney:B";
    private const string Germs =
        "A. baumannii/B. cereus/C. difficile:A A. baumannii/B. cereus/C. difficile:C A. baumannii/B. cereus/C. difficile:B";

    private const string ThreeFree = ":Metformin :Potassium :Pancreas";

    [Theory]
    [InlineData("story.csv", Three, "A story.")]
    [InlineData("history.csv", Three, "A man of 60.")]
    [InlineData("dialogue.jsonl", Three, "M: hi\n\nW: ho")]
    [InlineData("article_once.json", Three, "An article.")]
    [InlineData("articles.jsonl", Three, "An article.")]
    [InlineData("articles.json", Three, "An article.")]
    [InlineData("articles_listed.json", Three, "An article.")]
    [InlineData("titles.jsonl", Three)]
    [InlineData("labels_bracket.jsonl", Three)]
    [InlineData("labels_brackets.jsonl", Three)]
    [InlineData("labels_dot.jsonl", Three)]
    [InlineData("labels_colon.jsonl", Three)]
    [InlineData("labels_dash.jsonl", Three)]
    [InlineData("labels_wide.jsonl", Three)]
    [InlineData("labels_circle.jsonl", Three)]
    [InlineData("labels_semicolon.jsonl", Three)]
    [InlineData("genus_lines.csv", Germs)]
    [InlineData("genus.jsonl", Germs)]
    [InlineData("genus_mixed.csv", "A. baumannii/B. cereus/C. difficile:B E. coli/S. aureus/B. cereus:C")]
    [InlineData("words_behind_letters.csv", "heparin/digoxin/warfarin:B aspirin/insulin/lithium:C")]
    [InlineData("initials.csv", "A. Fleming/B. Rush:A M. Curie/B. Rush:A")]
    [InlineData("labels_marked.jsonl", "Heparin/Digoxin/Metformin:C Potassium/Sodium/Calcium:A")]
    [InlineData("free_models.csv", ":Metformin")]
    [InlineData("fibres.jsonl", "A-fibres/B-cells/C-peptide:C A-fibres/B-cells/C-peptide:A A-fibres/B-cells/C-peptide:B")]
    [InlineData("free_references.csv", ":4 :C :Metformin")]
    [InlineData("free_notes.csv", ThreeFree)]
    [InlineData("free_index.csv", ThreeFree)]
    [InlineData("html.jsonl", "yes/no:A yes/no:A yes/no:A")]
    [InlineData("body.jsonl", Three)]
    [InlineData("context_structure.csv", Three, "Para one.\n\nPara two.")]
    [InlineData("context_list.csv", Three, "Para one.\n\nPara two.")]
    [InlineData("question_list.csv", Three)]
    [InlineData("option_objects.jsonl", Three)]
    [InlineData("option_lists.jsonl", Three)]
    [InlineData("option_list_of_objects.jsonl", Three)]
    [InlineData("reference_structure.csv", ThreeFree)]
    [InlineData("lead_lines.jsonl", Three)]
    [InlineData("lead_words.jsonl", Three)]
    [InlineData("running_number.csv", Three)]
    [InlineData("stem_question.jsonl", Three, "A man of 60.")]
    [InlineData("stem_leadin.csv", Three, "A man of 60.")]
    [InlineData("prompt_with_question.jsonl", Three)]
    [InlineData("prompt_instruction.jsonl", Three)]
    [InlineData("sides.csv", "Lung (right)/Lung (left)/None:A")]
    [InlineData("list_unread.jsonl", Three)]
    [InlineData("object_unread.jsonl", Three)]
    [InlineData("hint_unread.jsonl", Three)]
    [InlineData("hint_lecture.jsonl", Three, "A passage.")]
    [InlineData("description_above.json", Three)]
    [InlineData("repeated_ids.jsonl", Three)]
    [InlineData("numbered_from_0.csv", "x/y/z:B x/y/z:C")]
    [InlineData("trailing_comma.json", Three)]
    [InlineData("pictures.jsonl", Three)]
    [InlineData("answer_na.csv", "x/y/z:B x/y/z:")]
    [InlineData("answer_unknown.jsonl", ": : :")]
    [InlineData("remark_many.csv", "Vitamin A/Vitamin B12/Vitamin C/Vitamin D:C Low K/High K/Low Na/High Ca:B")]
    [InlineData("remark_free.csv", ":A vertigo caused by crystals. :A disease of the airways.")]
    [InlineData("remark_free_introduction.csv", ":A vertigo. :A disease.")]
    [InlineData("tags_numbered.csv", ":A vertigo. :A disease.")]
    [InlineData("follow_ups.csv", ":A vertigo. :A disease.")]
    [InlineData("models_numbered.jsonl", ":Vitamin C :Potassium")]
    [InlineData("citation_urls.jsonl", ":A vertigo. :A disease.")]
    [InlineData("citations.csv", ":A vertigo. :A disease.")]
    [InlineData("labels_beside_in_order.jsonl", "one/two/three:A one/two/three:B one/two/three:C three/one/two:C")]
    [InlineData("letters_joined.jsonl", "C and D/A and B/B and C:A B or C/A or B:B")]
    [InlineData("free_lists.jsonl", ":Metformin :Potassium")]
    [InlineData("marks_shared.csv", "Low (true)/High (true)/None (true):B Both ✓/First ✓/Second ✓:A")]
    [InlineData("remark_description.csv", "Vit A/Vit B12/Vit C:C Low K/High K/Low Na:B Low Na/High K/Low Cl:A")]
    [InlineData("remark_introduction.csv", "Vit A/Vit B12/Vit C:C Low K/High K/Low Na:B Low Na/High K/Low Cl:A")]
    [InlineData("remark_text.csv", "Vit A/Vit B12/Vit C:C Low K/High K/Low Na:B Low Na/High K/Low Cl:A")]
    [InlineData("remark_situation.csv", "Vit A/Vit B12/Vit C:C Low K/High K/Low Na:B Low Na/High K/Low Cl:A")]
    public async Task Every_question_is_read_with_its_options_its_answer_and_its_passage(
        string file, string expected, string? context = null)
    {
        var questions = SetReadings.Questions(await SetReadings.FileAsync(PathOf(file)));

        Assert.Equal(expected, string.Join(' ', questions.Select(Outline)));
        Assert.All(questions, question => Assert.Equal(context, question.Context));
    }

    [Theory]
    [InlineData("ordinals.csv", 3, "'first' holds options, or texts of which one is the answer (so may 'second', 'third', 'fourth')")]
    [InlineData("others.csv", 3, "'other1' holds options, or texts of which one is the answer (so may 'other2', 'other3')")]
    [InlineData("no_names.csv", 3, "column 2 (without a name) holds options")]
    [InlineData("letters_xyz.csv", 3, "'w' holds options, or texts of which one is the answer (so may 'x', 'y', 'z')")]
    [InlineData("greek.csv", 3, "'delta'): if they are the options, name them option_a, option_b …; if not, name the answer reference_answers.")]
    [InlineData("directions.csv", 3, " holds options, or texts of which one is the answer: if they are the options, name it options;")]
    [InlineData("some_rows.csv", 1, "'first' holds options, or texts of which one is the answer (so may 'second')")]
    [InlineData("pool_bar.csv", 3, "'variants' holds options")]
    [InlineData("pool_semicolon.csv", 3, "'pool' holds options")]
    [InlineData("pool_comma.jsonl", 3, "'pool' holds options")]
    [InlineData("pool_slash.jsonl", 3, "'pool' holds options")]
    [InlineData("pool_letter.jsonl", 3, "'responses' holds options")]
    [InlineData("pool_without_answer.jsonl", 3, "'set' holds options")]
    [InlineData("pool_beside_doc.jsonl", 3, "'pool' holds options")]
    [InlineData("pool_objects.jsonl", 3, "'items' holds options")]
    [InlineData("pool_html.jsonl", 1, "'pick_from' holds options")]
    [InlineData("pool_numbered.jsonl", 1, "'pick_from' holds options")]
    [InlineData("pool_keyed.jsonl", 1, "'pick' holds options")]
    [InlineData("row_per_option.csv", 2, "'is_correct' says whether the answer of this row is right")]
    [InlineData("row_per_option_correct.csv", 2, "'correct' says whether the answer of this row is right")]
    [InlineData("contexts_of_retrieval.jsonl", 1, "'contexts' looks like what the question is about, but is not read: name it context")]
    [InlineData("text_beside.jsonl", 1, "'text' looks like what the question is about, but is not read: name it context")]
    [InlineData("gift.txt", 3, "The question's text contains its options")]
    [InlineData("in_text_slash.csv", 3, "The question's text contains its options")]
    [InlineData("option_gap.jsonl", 3, "The header has a column 'option4', but no 'option_3'.")]
    [InlineData("answer_object.jsonl", 3, "'answer' holds an object, not a text: give the right answers as a list of texts")]
    [InlineData("body_above.jsonl", 3, "'body', above the list of questions, is not read")]
    [InlineData("answers_above.jsonl", 3, "'answers' is above the list of questions, not in each")]
    [InlineData("flores.jsonl", 3, "'flores_passage' looks like what the question is about, but is not read: name it context")]
    [InlineData("two_passages.jsonl", 3, "'context' and 'article' may both hold what the question is about")]
    [InlineData("premise.jsonl", 3, "write in 'question' what is asked")]
    [InlineData("free_places.csv", 2, "is a free one, give it as reference_answers.")]
    [InlineData("context_opaque.csv", 3, "'context' holds a list or an object, not a text")]
    [InlineData("question_object.csv", 3, "'question' holds a list or an object, not a text")]
    [InlineData("option_flags.jsonl", 3, "'option_a' holds a list or an object, not a text")]
    [InlineData("reference_object.csv", 3, "'reference_answers' holds an object, not a text")]
    [InlineData("lead_unsure.jsonl", 3, "only introduces the others: leave it out")]
    [InlineData("labels_shuffled.jsonl", 3, "but the options are labelled ")]
    [InlineData("number_unread.csv", 3, "'Question' holds only a number, ")]
    [InlineData("prompt_question.jsonl", 3, "'question' and 'prompt' may both hold the question")]
    [InlineData("two_questions.csv", 3, "'Question' and 'Lead-in' may both hold the question")]
    [InlineData("description.jsonl", 3, "'description' looks like what the question is about, but is not read")]
    [InlineData("lead_above.jsonl", 3, "'lead', above the list of questions, is not read")]
    [InlineData("repeated_rows.jsonl", 3, "The id '7' is already that of line 1.")]
    [InlineData("negatives.jsonl", 3, "'negatives' looks like options, but not under a name that is read")]
    [InlineData("marked.csv", 3, "is marked as the right one")]
    [InlineData("labels_beside.jsonl", 3, "'labels' labels the options in another order")]
    [InlineData("labels_beside_option.jsonl", 2, "'option_labels' labels the options in another order")]
    [InlineData("labels_beside_choice.jsonl", 2, "'choice_labels' labels the options in another order")]
    [InlineData("letters_beside.jsonl", 1, "'letters' labels the options in another order")]
    [InlineData("labels_beside.csv", 2, "'labels' labels the options in another order")]
    [InlineData("numbers_beside.jsonl", 3, "'choice_ids' labels the options in another order")]
    [InlineData("label_columns.csv", 2, "'option_1_label' labels the options in another order")]
    [InlineData("labels_beside_joined.csv", 3, "'labels' labels the options in another order")]
    [InlineData("labels_circle_shuffled.jsonl", 2, "but the options are labelled 2, 1")]
    [InlineData("labels_space_shuffled.jsonl", 2, "but the options are labelled B, A")]
    [InlineData("marks_beside_answer.csv", 22, "is marked as the right one or a wrong one")]
    [InlineData("citations_options.csv", 1, "The row has no options")]
    [InlineData("answer_in_list.csv", 2, "Option B holds the answer")]
    [InlineData("answer_line.csv", 2, "Option C holds the answer")]
    [InlineData("answer_inline.csv", 2, "Option C holds the answer")]
    [InlineData("answer_in_question.csv", 2, "'question' ends with the answer")]
    [InlineData("in_text_cyrillic.jsonl", 1, "The question's text contains its options")]
    [InlineData("in_text_arabic.jsonl", 1, "The question's text contains its options")]
    [InlineData("in_text_letter_slash.jsonl", 1, "The question's text contains its options")]
    [InlineData("in_text_html.jsonl", 1, "The question's text contains its options")]
    [InlineData("lures.jsonl", 2, "'lures' holds options")]
    [InlineData("lures_object.jsonl", 2, "'others' holds options")]
    [InlineData("plausible.jsonl", 2, "'plausible' holds options")]
    [InlineData("misconceptions.jsonl", 2, "'misconceptions' looks like options")]
    public async Task A_row_that_would_lose_something_is_left_out_and_names_it(string file, int count, string reason)
    {
        var rejected = (await SetReadings.FileAsync(PathOf(file))).OfType<RejectedRow>().ToList();

        Assert.Equal(count, rejected.Count);
        Assert.All(rejected, row => Assert.Contains(reason, row.Reason, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("decoys.csv", "decoys.csv, line 1: 'decoys' looks like options")]
    [InlineData("falsch.csv", "falsch.csv, line 1: 'falsch', 'auch_falsch' look like options")]
    [InlineData("gold_number_unknown.jsonl", "gold_number_unknown.jsonl: no column with the right answer is read, but 'correct_num' names one of the options in every row")]
    public async Task A_file_whose_columns_cannot_be_told_is_refused_by_their_names(string file, string reason) => Assert.StartsWith(
        reason, (await Assert.ThrowsAsync<InputException>(() => SetReadings.FileAsync(PathOf(file)))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("html.jsonl", "3 of 3 rows hold HTML, as &lt;: texts are used as they stand, so replace it where it should not be shown.")]
    [InlineData("body.jsonl", "'body' is not read, and holds a text in 3 of 3 rows: if the questions are about it, name it context.")]
    [InlineData("list_unread.jsonl", "'evidence' is not read, and holds a text in 3 of 3 rows: if the questions are about it, name it context.")]
    [InlineData("object_unread.jsonl", "'patient' is not read, and holds a text in 3 of 3 rows: if the questions are about it, name it context.")]
    [InlineData("hint_unread.jsonl", "'hint' is not read, and holds a text in 3 of 3 rows: if the questions are about it, name it context.")]
    [InlineData("description_above.json", "'description' stands above the list 'questions' and is not read: if the questions are about it, name it context.")]
    [InlineData("repeated_ids.jsonl", "2 rows have the id of an earlier row with another question: each is named by its id and its place in the file, as '1-row-00002'.")]
    [InlineData("answer_unknown.jsonl", "'Response' is not read, and may hold the answer in 3 of 3 rows: if it does, name it reference_answers.")]
    [InlineData("pictures.jsonl", "'image' holds a picture in 2 of 3 rows, and pictures are not shown: leave out the questions that need theirs.")]
    [InlineData("remark_introduction.csv", "'introduction' is not read, and holds a short text in 3 of 3 rows: if the questions are about it, name it context.")]
    [InlineData("story.csv", null)]
    public async Task What_only_people_can_judge_is_mentioned(string file, string? note)
    {
        var tally = new QuestionSetTally();

        await SetReadings.FileAsync(PathOf(file), new QuestionSetOptions { FileName = file, Noted = tally.Note });

        Assert.Equal(note is null ? [] : [note], tally.Readings);
    }

    [Fact]
    public async Task Questions_below_one_passage_are_named_after_it() => Assert.Equal(
        ["h1-1", "h1-2", "h1-3"],
        SetReadings.Questions(await SetReadings.FileAsync(PathOf("article_once.json"))).Select(static question => question.Id));

    [Fact]
    public async Task Questions_that_are_numbered_within_something_keep_their_numbers_and_are_told_apart() => Assert.Equal(
        ["1", "1-row-00002", "1-row-00003"],
        SetReadings.Questions(await SetReadings.FileAsync(PathOf("repeated_ids.jsonl"))).Select(static question => question.Id));

    [Fact]
    public void Every_file_of_the_folder_is_tried()
    {
        var tried = typeof(OtherLayoutTests).GetMethods()
            .SelectMany(static method => method.GetCustomAttributes(typeof(InlineDataAttribute), inherit: false))
            .Select(static data => (string)((InlineDataAttribute)data).Data[0]!).Distinct();

        Assert.Equal(Directory.GetFiles(Folder).Select(Path.GetFileName).Order(), tried.Order());
    }

    private static string Outline(Question question) => $"{string.Join('/', question.Options)}:{Answer(question)}";

    private static string Answer(Question question) =>
        question.Gold is { } gold ? OptionLetter.Of(gold).ToString() : string.Join('/', question.ReferenceAnswers);

    private static string Folder => Repository.PathOf("tests", "MedQA.Datasets.Tests", "Trials", "others");

    private static string PathOf(string file) => Path.Combine(Folder, file);
}
