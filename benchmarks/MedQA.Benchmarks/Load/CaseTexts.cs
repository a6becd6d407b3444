using System.Globalization;
using System.Text;

namespace MedQA.Benchmarks.Load;

/// <summary>Made-up cases and reasonings of the lengths that those of MedQA and of a model's answers have; the same number gives the same text.</summary>
internal static class CaseTexts
{
    private static readonly string[] People = ["man", "woman", "boy", "girl", "primigravida", "retired farmer", "teacher", "construction worker", "nurse", "student"];
    private static readonly string[] Complaints = ["progressive dyspnea on exertion", "sudden onset of chest pain that radiates to the back", "bloody diarrhea and crampy abdominal pain", "a painless lump in the neck", "recurrent headaches that are worse in the morning", "fever, chills and a productive cough", "weight loss of 9 kg despite an increased appetite", "episodes of palpitations and sweating", "weakness of the left arm since this morning", "a pruritic rash on both forearms", "polyuria and constant thirst", "joint stiffness that improves during the day"];
    private static readonly string[] Histories = ["hypertension and type 2 diabetes mellitus", "no serious illness", "atrial fibrillation treated with warfarin", "a 40-pack-year smoking history", "chronic kidney disease", "bipolar disorder treated with lithium", "rheumatoid arthritis", "a bicuspid aortic valve", "hepatitis C infection", "a renal transplant three years ago"];
    private static readonly string[] Findings = ["a holosystolic murmur at the apex", "decreased breath sounds over the right lower lung field", "jugular venous distention and bilateral pitting edema", "a tender, enlarged liver", "hyperreflexia of the lower extremities", "conjunctival pallor", "a palpable purpura on the legs", "exophthalmos and a fine tremor of the outstretched hands", "rebound tenderness in the right lower quadrant", "dry mucous membranes"];
    private static readonly string[] Tests = ["Serum studies show a sodium of 128 mEq/L and a potassium of 5.9 mEq/L", "A complete blood count shows a hemoglobin of 8.2 g/dL with a mean corpuscular volume of 71 fL", "An ECG shows ST-segment elevations in leads II, III and aVF", "A CT scan of the abdomen shows a 3-cm mass in the head of the pancreas", "Cerebrospinal fluid analysis shows 480 leukocytes per mm3, most of them neutrophils", "Urinalysis shows 3+ protein and red blood cell casts", "A chest x-ray shows bilateral hilar lymphadenopathy"];
    private static readonly string[] Questions = ["Which of the following is the most likely diagnosis?", "Which of the following is the most appropriate next step in management?", "Which of the following mechanisms best explains this patient's findings?", "Which of the following drugs is contraindicated in this patient?", "Deficiency of which of the following enzymes is the most likely cause?"];
    private static readonly string[] Topics = ["Cardiology", "Pulmonology", "Gastroenterology", "Endocrinology", "Neurology", "Nephrology", "Hematology", "Infectious diseases", "Rheumatology", "Dermatology", "Psychiatry", "Obstetrics", "Pediatrics", "Surgery", "Pharmacology", "Biochemistry", "Pathology", "Ethics"];
    private static readonly string[] Syllables = ["ab", "ri", "to", "mel", "ca", "zo", "lin", "par", "ke", "vin", "du", "fen", "sta", "mo", "ra", "xi", "ben", "lo", "thi", "pra"];
    private static readonly string[] Sentences = [
        "The patient's presentation is consistent with a disorder of the mitral valve, because the murmur is holosystolic and loudest at the apex.",
        "The history makes an infectious cause less likely, since there was neither fever nor a recent journey.",
        "An elevated potassium with a low sodium suggests that aldosterone is missing.",
        "We should first ask which of the options explains both the laboratory values and the findings of the examination.",
        "A microcytic anemia at this age should be assumed to come from bleeding in the gut until proven otherwise.",
        "The first option does not explain the time course of the symptoms.",
        "Beta blockers would be appropriate here if the patient did not have a history of bronchospasm.",
        "The casts in the urine tell that the glomerulus is the place of the damage.",
        "On the other hand, the drug is known to raise the level of warfarin, which would explain the bleeding.",
        "The second option would be expected to improve with rest, which it did not.",
        "Because the patient is hemodynamically stable, there is time for imaging before anything is done.",
        "Hyperreflexia together with the level of sensory loss places the lesion in the spinal cord.",
        "The enzyme that is missing leads to the accumulation of its substrate in the liver and in the spleen.",
        "This is confirmed by the result of the biopsy, which shows noncaseating granulomas.",
        "Neither the age of the patient nor the family history speaks for an inherited disease.",
        "The next best step is therefore the one that treats the cause and not the symptom."];

    private static readonly string[] Endings = ["Therefore, the answer is ({0}).", "Answer: ({0})", "So the best answer is ({0}).", "Of the options, ({0}) is the only one that explains all findings. Answer: ({0})"];

    /// <summary>The header of the question set.</summary>
    public const string Header = "id,dataset,topic,question,option_a,option_b,option_c,option_d,answer\n";

    /// <summary>A row of the question set.</summary>
    public static string Row(int number)
    {
        var draw = new Draws((ulong)number);
        var row = new StringBuilder(1200);
        row.Append(CultureInfo.InvariantCulture, $"case-{number:D7},load,{draw.Of(Topics)},\"A {draw.Next(80) + 1}-year-old {draw.Of(People)} (case {number}) comes to the physician because of {draw.Of(Complaints)} for the past {draw.Next(12) + 2} weeks. ");
        row.Append(CultureInfo.InvariantCulture, $"The patient has {draw.Of(Histories)} and takes {Drug(ref draw)} and {Drug(ref draw)}. Temperature is {36 + (draw.Next(30) / 10.0):F1} C, pulse is {60 + draw.Next(70)}/min and blood pressure is {95 + draw.Next(80)}/{50 + draw.Next(50)} mm Hg. ");
        row.Append(CultureInfo.InvariantCulture, $"Physical examination shows {draw.Of(Findings)} and {draw.Of(Findings)}. {draw.Of(Tests)}. Treatment with {Drug(ref draw)} is begun, and three days later the patient has {draw.Of(Complaints)}. {draw.Of(Questions)}\"");
        for (var option = 0; option < 4; option++)
        {
            row.Append(CultureInfo.InvariantCulture, $",{"ABCD"[option]}{draw.Next(1000)}: {Drug(ref draw)} and rest");
        }

        return row.Append(',').Append("ABCD"[draw.Next(4)]).Append('\n').ToString();
    }

    /// <summary>A reasoning of some hundred tokens. One in twenty names no option.</summary>
    public static string Reasoning(ref Draws draw, char letter)
    {
        var text = new StringBuilder(900);
        for (var sentences = 3 + draw.Next(4); sentences > 0; sentences--)
        {
            text.Append(draw.Of(Sentences)).Append(' ');
        }

        return draw.Next(20) == 0 ? text.Append("More must be known.").ToString() : text.AppendFormat(CultureInfo.InvariantCulture, draw.Of(Endings), letter).ToString();
    }

    /// <summary>One of some hundred thousand names, so that a question set has rare words.</summary>
    private static string Drug(ref Draws draw) => draw.Of(Syllables) + draw.Of(Syllables) + draw.Of(Syllables) + draw.Of(Syllables);
}

/// <summary>Numbers that look drawn: splitmix64.</summary>
internal struct Draws(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        var word = _state += 0x9E3779B97F4A7C15;
        word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9;
        word = (word ^ (word >> 27)) * 0x94D049BB133111EB;
        return word ^ (word >> 31);
    }

    public int Next(int below) => (int)(Next() % (ulong)below);

    public double NextShare() => (Next() >> 11) * (1.0 / (1UL << 53));

    public string Of(string[] texts) => texts[Next(texts.Length)];
}
